"""A new model goes into use only when it is not worse; the running bot is told; the way back is one command."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from api.cli.nlu import freshness
from api.cli.nlu import frozen as nlu_frozen
from api.cli.nlu import train as nlu_train
from api.cli.nlu.lines import Line, parse_line
from api.cli.nlu.metrics import Judged
from api.cli.nlu.model_store import ModelStore, State
from api.cli.trouble import Trouble
from api.core.settings import get_settings
from tests.cli.nlu.judgements import judged

LINES = [parse_line(json.dumps({"text": f"câu {n}", "type": "report"}).encode()) for n in range(20)]


class Workshop:
    """The bot's own program, replaced: `quality` is how many of the 20 frozen lines the next model gets right."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources, self.code, self.quality = "s1", "v1", 20
        self.trainings = self.judgings = 0

    def call(self, *arguments: str, **_: Any) -> "subprocess.CompletedProcess[str]":
        answer = ""
        if arguments[0] == "sources":
            answer = json.dumps({"sources": self.sources, "code": self.code})
        else:
            assert arguments == ("train", "--candidate")
            self.trainings += 1
            (self.folder / "candidate.tar.gz").write_text(f"{self.quality} {self.sources}")
            (self.folder / "candidate.json").write_text(json.dumps({"sources": self.sources, "nlu_only": False}))
        return subprocess.CompletedProcess(arguments, 0, answer)

    def judge(self, lines: Sequence[Line], model: Path) -> Iterator[Judged]:
        self.judgings += 1
        good = int(model.read_text().split()[0])
        if good < 0:
            raise Trouble("Bot không phân tích được các câu này.")
        for n, line in enumerate(lines):
            said = "report" if n < good else "chitchat"
            yield judged(text=line.text, type=line.type, category=None, location=None, said_type=said)

    def live(self) -> str:
        return (self.folder / "langnghe.tar.gz").read_text()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    made = Workshop(tmp_path)
    monkeypatch.setattr(nlu_train, "store", lambda: ModelStore(tmp_path))
    monkeypatch.setattr(nlu_train, "call_bot", made.call)
    monkeypatch.setattr(freshness, "call_bot", made.call)
    monkeypatch.setattr(freshness, "store", lambda: ModelStore(tmp_path))
    monkeypatch.setattr(nlu_train, "parse", lambda texts, model: iter(({},)))
    monkeypatch.setattr(nlu_train, "tell_bot", lambda: "(bot)")
    monkeypatch.setattr(nlu_train, "frozen_lines", lambda: LINES)
    monkeypatch.setattr(nlu_frozen, "judge", made.judge)
    return made


def test_a_start_trains_what_changed_and_else_only_says_so(shop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    freshness.main()
    assert capsys.readouterr().out == "Mô hình đầu tiên đã được đưa vào dùng.\n"
    freshness.main()
    assert capsys.readouterr().out == f"{freshness.UNCHANGED}\n"


def test_the_first_model_is_not_judged(shop: Workshop) -> None:
    assert nlu_train.train() == "Mô hình đầu tiên đã được đưa vào dùng."
    assert (shop.trainings, shop.judgings) == (1, 0)
    assert nlu_train.train() == "Không có gì thay đổi, mô hình hiện tại vẫn dùng được."
    assert (shop.trainings, shop.live()) == (1, "20 s1")


def test_not_worse_goes_into_use_and_is_remembered(shop: Workshop) -> None:
    nlu_train.train()
    shop.sources, shop.quality = "s2", 17
    assert "đã được đưa vào dùng sau khi đạt" in nlu_train.train()
    assert shop.live() == "17 s2"
    shop.sources = "s3"
    nlu_train.train()
    # two for the first judgement, one for the second: the model in use keeps its word
    assert shop.judgings == 3
    newest, *_ = nlu_train.models()
    assert "đang dùng" in newest
    assert "loại 85,0 %" in newest


def test_worse_is_refused_and_not_tried_again(shop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    nlu_train.train()
    shop.sources, shop.quality = "s2", 12
    with pytest.raises(nlu_train.Refused, match=r"langnghe nlu compare live \d{8}-"):
        nlu_train.train()
    assert "KÉM HƠN" in capsys.readouterr().err
    assert shop.live() == "20 s1"
    assert nlu_train.train() == "Không có gì thay đổi, mô hình hiện tại vẫn dùng được."
    # a start of the product goes on with what it has
    nlu_train.main()
    assert "dù kém hơn" in nlu_train.train(force=True)
    assert shop.live() == "12 s2"


def test_an_upgrade_of_the_software_is_not_held_up(shop: Workshop) -> None:
    nlu_train.train()
    shop.sources, shop.code, shop.quality = "s2", "v2", 5
    assert "dù kém hơn" in nlu_train.train()
    assert shop.live() == "5 s2"


def test_an_old_model_that_no_longer_loads_cannot_win(shop: Workshop) -> None:
    shop.quality = -1
    nlu_train.train()
    shop.sources, shop.quality = "s2", 3
    assert "không so được với mô hình cũ" in nlu_train.train()


def test_back_by_one_command(shop: Workshop) -> None:
    nlu_train.train()
    with pytest.raises(Trouble, match="Không có mô hình trước đó"):
        nlu_train.rollback()
    shop.sources = "s2"
    nlu_train.train()
    assert nlu_train.rollback().endswith("(bot)")
    assert shop.live() == "20 s1"
    states = [r.state for r in _records(shop)]
    assert states == [State.LIVE, State.ROLLED_BACK]
    # and the next start does not train the same again
    nlu_train.train()
    assert (shop.trainings, shop.live()) == (2, "20 s1")
    name = next(r.id for r in _records(shop) if r.state == State.ROLLED_BACK)
    nlu_train.rollback(name)
    assert shop.live() == "20 s2"


def _records(shop: Workshop) -> list[Any]:
    kept = ModelStore(shop.folder)
    with kept.locked():
        return sorted(kept.records, key=lambda r: r.sources)


class _Bot(BaseHTTPRequestHandler):
    heard: list[tuple[str, dict[str, str]]] = []  # noqa: RUF012
    status = 204

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, json.loads(body)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Bot]]:
    server = HTTPServer(("127.0.0.1", 0), _Bot)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("LANGNGHE_BOT_PORT", str(server.server_port))
    monkeypatch.delenv("LANGNGHE_BOT_URL", raising=False)
    get_settings.cache_clear()
    _Bot.heard, _Bot.status = [], 204
    yield _Bot
    server.shutdown()
    server.server_close()
    get_settings.cache_clear()


def test_the_running_bot_loads_it(bot: type[_Bot]) -> None:
    assert nlu_train.tell_bot() == "Bot đang chạy đã chuyển sang mô hình này."
    ((path, body),) = bot.heard
    assert path == "/model"
    assert body["model_file"].endswith("bot/models/langnghe.tar.gz")


def test_a_bot_that_refuses_is_named(bot: type[_Bot]) -> None:
    bot.status = 400
    with pytest.raises(Trouble, match=r"\(mã 400\) và vẫn dùng mô hình cũ"):
        nlu_train.tell_bot()


def test_a_bot_elsewhere_or_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for url, said in (("http://bot:5005", "chép bot/models"), ("", "lần khởi động tới")):
        monkeypatch.setenv("LANGNGHE_BOT_URL", url)
        monkeypatch.setenv("LANGNGHE_BOT_PORT", "9")
        get_settings.cache_clear()
        assert said in nlu_train.tell_bot()
    get_settings.cache_clear()
