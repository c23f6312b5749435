"""The command line's words: help without English, one sentence for each mistake."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import main
from api.cli.trouble import NO_DATABASE
from api.core.settings import ROOT

LANGNGHE = ROOT / ".venv" / "bin" / "langnghe"
Said = tuple[int, str, str]  # exit code, standard output, standard error
COMMANDS = (
    "",
    "up",
    "train",
    "migrate",
    "user",
    "user add",
    "user list",
    "nlu",
    "nlu parse",
    "nlu evaluate",
    "nlu errors",
    "nlu compare",
    "nlu models",
    "nlu rollback",
    "nlu export-unsure",
    "nlu export-labelled",
    "demo",
    "demo load",
    "places",
    "places boundaries",
    "places forget-boundaries",
)
ENGLISH = re.compile(
    r"\b(usage|options?|arguments?|commands?|show|this|message|exit|default|required|help\.|text|integer|path)\b", re.I
)
CODES = re.compile(r"langnghe [\w ]*\[|--[\w-]+|(?:type|text|category|procedure|location|register)\b")


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LANGNGHE, *words], capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **variables}
    )


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], Said]:
    """The command without the cost of a process: for help and mistakes, where nothing is started."""

    def run_here(words: str) -> Said:
        monkeypatch.setattr("sys.argv", ["langnghe", *words.split()])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), *capsys.readouterr()

    return run_here


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_plain_vietnamese(command: str, typed: Callable[[str], Said]) -> None:
    code, said, _ = typed(f"{command} --help")
    assert code == 0
    assert said.startswith(f"Cách dùng: langnghe{' ' + command if command else ''}")
    assert not ENGLISH.findall(CODES.sub("", said))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("bay", "Không có lệnh này. Gõ `langnghe --help` để xem hướng dẫn."),
        ("up --bay", "Không có tùy chọn --bay. Gõ `langnghe up --help` để xem hướng dẫn."),
        ("up --port x", "Giá trị của --port CỔNG chưa đúng. Gõ `langnghe up --help` để xem hướng dẫn."),
        ("user add", "Còn thiếu TÊN_ĐĂNG_NHẬP. Gõ `langnghe user add --help` để xem hướng dẫn."),
    ],
)
def test_a_mistyped_command_is_one_sentence(words: str, sentence: str, typed: Callable[[str], Said]) -> None:
    code, _, said = typed(words)
    assert (code, said.strip()) == (2, sentence)


def test_a_group_without_a_command_shows_its_help(typed: Callable[[str], Said]) -> None:
    code, _, said = typed("nlu")
    assert code == 2
    assert said.startswith("Cách dùng: langnghe nlu LỆNH")


def test_a_setting_that_cannot_be_is_named() -> None:
    done = run("up", LANGNGHE_PORT="zero", LANGNGHE_WORKER_CONCURRENCY="0")
    assert done.returncode == 1
    assert "LANGNGHE_PORT, LANGNGHE_WORKER_CONCURRENCY" in done.stderr


@pytest.mark.parametrize("words", ["migrate", "user list"])
def test_a_database_that_does_not_answer_is_one_sentence(words: str) -> None:
    done = run(*words.split(), LANGNGHE_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert (done.returncode, done.stderr) == (1, NO_DATABASE + "\n")


def test_accounts_over_an_embedded_database_that_is_not_running() -> None:
    # pytest's own folders are too long for PostgreSQL's socket
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="ln-cli", dir="/tmp", ignore_cleanup_errors=True) as folder:
        here = {"LANGNGHE_DATA_DIR": folder, "LANGNGHE_DATABASE_URL": ""}
        early = run("user", "list", **here)
        assert (early.returncode, early.stderr.count("\n")) == (1, 1)
        assert "langnghe migrate" in early.stderr
        assert run("migrate", **here).stdout == "Cơ sở dữ liệu đã ở phiên bản mới nhất.\n"
        added = run("user", "add", "lan", "--role", "clerk", "--department", "chieu_sang", "--name", "Nguyễn Thị Lan", **here)
        assert re.fullmatch(r"Đã thêm tài khoản lan\. Mật khẩu: [a-z0-9]{12}\n", added.stdout), added.stderr
        assert run("user", "list", **here).stdout.split() == ["lan", "clerk", "chieu_sang", "Nguyễn", "Thị", "Lan"]
        assert not (Path(folder) / "postgres" / "postmaster.pid").exists()
