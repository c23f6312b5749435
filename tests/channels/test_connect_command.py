"""`langnghe channel connect …` as an operator types it, against the platforms on loopback."""

import os
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from api.channels.words import words
from api.cli import channel_setup as setup
from api.cli.channel import QUESTIONS
from api.cli.commands import run
from api.conversations.delivery import deliver_waiting
from api.conversations.intake import find_conversation
from api.core.clock import SystemClock
from api.core.db import transaction
from tests.fakes.control import Control, until
from tests.fakes.platforms import telegram, zalo, zalo_oa
from tests.fakes.platforms.connect import SECRETS

KINDS = sorted(setup.NAMES)
ACCOUNTS = {"zalo": "2002", "zalo_oa": zalo_oa.OA_ID, "telegram": str(telegram.BOT["username"])}
WRONG = {"zalo": "2002:wrong", "telegram": "1001:wrong", "zalo_oa": "wrong"}
Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def typed(clean: None, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Run the command: exit code, and all that the screen shows. Hidden answers are not shown, as on a terminal."""
    for name in [name for name in os.environ if name.startswith(("LANGNGHE_ZALO", "LANGNGHE_TELEGRAM"))]:
        monkeypatch.delenv(name)

    def run_here(*command: str, answers: list[str]) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["langnghe", "channel", *command])
        with CliRunner().isolation("\n".join([*answers, ""])) as (_, _, screen):
            with pytest.raises(SystemExit) as end:
                run()
            return int(end.value.code or 0), screen.getvalue().decode()

    return run_here


def secret_answers(channel: str) -> list[str]:
    return [SECRETS[channel][name] for name, _, visible in QUESTIONS[channel] if not visible]


@pytest.mark.parametrize("kind", KINDS)
def test_asked_checked_told_and_tried(
    kind: str, typed: Typed, on: Callable[[str], Control], api: str, fakes: str, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = setup.NAMES[kind]
    hand, url = on(channel), f"{api}/hooks/{channel}/{ACCOUNTS[channel]}"

    def citizen_writes(_: float) -> None:
        if channel == "zalo_oa":  # its webhook is set by hand, at the real platform too
            hand.set(webhook=url)
        assert hand.log()["webhook"] == url
        hand.say(user, "chào")
        until(lambda: hand.log()["deliveries"] and hand.log()["deliveries"][0]["status"] == 200)

    monkeypatch.setattr(setup, "time", SimpleNamespace(monotonic=time.monotonic, sleep=citizen_writes))
    answers = list(SECRETS[channel].values())
    code, screen = typed("connect", kind, "--public", api, "--api", f"{fakes}/{channel}", "--wait", "20", answers=answers)
    assert code == 0
    assert all(f"{question}: " in screen for _, question, _ in QUESTIONS[channel])
    assert f"Đã kết nối {setup.TITLES[channel]}: " in screen
    assert "Đã gửi tin thử." in screen
    assert not [secret for secret in secret_answers(channel) if secret in screen]
    with transaction() as session:
        thread = find_conversation(session, channel, ACCOUNTS[channel], user)
        assert thread is not None
    deliver_waiting(thread.id, SystemClock(), transaction)
    assert words()["test"] in [line["text"] for line in hand.heard(user)]


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_secrets_are_one_sentence_and_nothing_is_kept(
    kind: str, typed: Typed, on: Callable[[str], Control], api: str, fakes: str
) -> None:
    channel = setup.NAMES[kind]
    hand = on(channel)
    answers = [WRONG[channel] if not visible else SECRETS[channel][name] for name, _, visible in QUESTIONS[channel]]
    code, screen = typed("connect", kind, "--public", api, "--api", f"{fakes}/{channel}", answers=answers)
    assert code == 1
    assert screen.splitlines()[-1] == (
        "Nền tảng không chấp nhận khóa vừa nhập. Hãy chép lại khóa (không thừa dấu cách) rồi thử lại."
    )
    assert WRONG[channel] not in screen
    assert hand.log()["webhook"] is None
    assert setup.listing() == []


def test_an_empty_answer_is_asked_again_and_spaces_around_it_do_no_harm(
    typed: Typed, on: Callable[[str], Control], api: str, fakes: str
) -> None:
    on("zalo")
    answers = ["", f"  {zalo.TOKEN} "]
    code, screen = typed("connect", "zalo", "--public", api, "--api", f"{fakes}/zalo", "--wait", "0", answers=answers)
    assert (code, screen.count("Token của Zalo Bot: ")) == (0, 2)


def test_what_the_environment_tells_is_not_asked(
    typed: Typed, on: Callable[[str], Control], api: str, fakes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    on("telegram")
    monkeypatch.setenv("LANGNGHE_TELEGRAM_TOKEN", telegram.TOKEN)
    code, screen = typed("connect", "telegram", "--public", api, "--api", f"{fakes}/telegram", "--wait", "0", answers=[])
    assert code == 0
    assert "Token" not in screen
    assert telegram.TOKEN not in screen


@pytest.mark.parametrize("kind", KINDS)
def test_a_platform_that_is_away(kind: str, typed: Typed) -> None:
    channel, nobody = setup.NAMES[kind], "http://127.0.0.1:9"
    code, screen = typed("connect", kind, "--public", nobody, "--api", nobody, answers=list(SECRETS[channel].values()))
    assert (code, screen.splitlines()[-1]) == (1, "Chưa gọi được nền tảng; hãy kiểm tra kết nối mạng rồi thử lại.")


def test_asking_may_be_broken_off(typed: Typed) -> None:
    code, screen = typed("connect", "zalo-oa", answers=[zalo_oa.APP_ID])
    assert (code, screen.splitlines()[-1]) == (130, "Đã dừng theo yêu cầu.")


def test_a_channel_that_is_not_there(typed: Typed) -> None:
    code, screen = typed("connect", "viber", answers=[])
    assert (code, screen) == (1, "Không có kênh “viber”. Các kênh: zalo, zalo-oa, telegram.\n")
