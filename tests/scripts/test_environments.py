"""scripts/environments.sh: uv is asked again only when something changed."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from api.core.settings import ROOT

# stands for uv: writes down what it was asked, and makes what a start looks for
UV = """#!/bin/sh
echo "$*" >> calls
mkdir -p .venv/bin bot/.venv/bin
for made in .venv/bin/langnghe .venv/bin/python bot/.venv/bin/python; do echo > $made; chmod +x $made; done
"""
FILES = ("pyproject.toml", "uv.lock", "bot/pyproject.toml", "bot/uv.lock")


@pytest.fixture
def sync(tmp_path: Path) -> Callable[..., int]:
    """`sync_environments` in a folder of its own; returns how many environments uv was asked to install."""
    (tmp_path / "bot").mkdir()
    for name in FILES:
        (tmp_path / name).write_text(name)
    (tmp_path / "uv").write_text(UV)
    (tmp_path / "uv").chmod(0o755)

    def run(*arguments: str) -> int:
        (tmp_path / "calls").write_text("")
        words = ["bash", "-euc", f". {ROOT}/scripts/environments.sh; UV=./uv; sync_environments {' '.join(arguments)}"]
        subprocess.run(words, cwd=tmp_path, check=True)
        return (tmp_path / "calls").read_text().count("sync --frozen")

    return run


def test_a_second_start_asks_nothing(sync: Callable[..., int]) -> None:
    assert sync("--no-dev", "--inexact") == 2
    assert sync("--no-dev", "--inexact") == 0


def test_tests_need_more_than_a_start_and_a_start_is_content_with_more(sync: Callable[..., int]) -> None:
    sync("--no-dev", "--inexact")
    assert sync() == 2
    assert sync() == 0
    assert sync("--no-dev", "--inexact") == 0


@pytest.mark.parametrize("name", FILES)
def test_a_change_is_installed(sync: Callable[..., int], tmp_path: Path, name: str) -> None:
    sync()
    (tmp_path / name).write_text("changed")
    assert sync() == 2


@pytest.mark.parametrize("gone", [".venv/bin/langnghe", "bot/.venv/bin/python", ".venv/.synced", "bot/.venv/.synced"])
def test_what_is_missing_is_installed_again(sync: Callable[..., int], tmp_path: Path, gone: str) -> None:
    sync()
    (tmp_path / gone).unlink()
    assert sync() == 2


def test_an_installation_that_breaks_off_is_not_taken_for_whole(sync: Callable[..., int], tmp_path: Path) -> None:
    sync()
    (tmp_path / "uv.lock").write_text("changed")
    (tmp_path / "uv").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(subprocess.CalledProcessError):
        sync()
    (tmp_path / "uv").write_text(UV)
    (tmp_path / "uv.lock").write_text("uv.lock")
    assert sync() == 2
