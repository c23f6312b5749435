"""Connecting a channel for people, and polling for developers."""

from collections.abc import Callable

import pytest

from api.channels import accounts
from api.cli import channel_setup as setup
from api.cli.trouble import Trouble
from api.conversations.channel_states import channel_states, lost_messages
from api.conversations.polling import owned, poll_once, polled
from api.core.clock import SystemClock
from api.core.db import transaction
from tests.channels.conftest import Street
from tests.fakes.control import Control, until
from tests.fakes.platforms.connect import SECRETS, connect_all

clock = SystemClock()


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_connecting_checks_keeps_and_tells(
    clean: None, api: str, on: Callable[[str], Control], name: str, user: str, fakes: str
) -> None:
    hand = on(name)
    settings: dict[str, object] = {"base_url": f"{fakes}/{name}", "token_url": f"{fakes}/zalo_oa/v4/oa/access_token"}
    done = setup.connect(name, SECRETS[name], public=api, settings=settings)
    url = f"{api}/hooks/{name}/{done.account.account}"
    assert not done.polling
    if name == "zalo_oa":
        assert done.hint is not None
        assert url in done.hint
        hand.set(webhook=url)
    assert hand.log()["webhook"] == url
    hand.say(user, "chào")
    until(lambda: hand.log()["deliveries"] and hand.log()["deliveries"][0]["status"] == 200)
    assert setup.send_test(done.account, 0, user)
    [line] = setup.listing()
    assert done.account.account in line
    assert "đang kết nối" in line
    assert SECRETS[name].get("token", "fake-oa-secret") not in line
    assert setup.disconnect(name, None) == done.account.account
    if name != "zalo_oa":
        assert hand.log()["webhook"] is None
    assert "đã ngắt" in setup.listing()[0]
    with pytest.raises(Trouble, match="chưa được kết nối"):
        setup.disconnect(name, None)


def test_all_three_at_once_for_the_demo(clean: None, api: str, on: Callable[[str], Control], fakes: str, user: str) -> None:
    hands = [on(name) for name in SECRETS]
    connect_all(fakes, api)
    for hand in hands:
        hand.say(user, "chào")
        until(lambda hand=hand: hand.log()["deliveries"] and hand.log()["deliveries"][0]["status"] == 200)  # type: ignore[misc]


def test_twins_of_an_earlier_start_are_disconnected_and_nobody_else(
    clean: None, api: str, on: Callable[[str], Control], fakes: str
) -> None:
    for name in SECRETS:
        on(name)
    connect_all(fakes, api)
    with transaction() as session:
        accounts.connect(session, "telegram", "town_bot", name="", settings={}, secrets={}, now=clock.now())
    with transaction() as session:
        assert accounts.disconnect_twins(session) == 3
        assert {row.account: row.state for row in accounts.listing(session)}["town_bot"] == "connected"
        assert accounts.disconnect_twins(session) == 0


@pytest.mark.parametrize("name", ["zalo", "telegram"])
def test_a_wrong_token_is_told_in_words_and_nothing_is_kept(
    clean: None, on: Callable[[str], Control], fakes: str, name: str
) -> None:
    on(name)
    with pytest.raises(Trouble, match="không chấp nhận khóa"):
        setup.connect(name, {"token": "1:wrong"}, settings={"base_url": f"{fakes}/{name}"})
    assert setup.listing() == []


def test_the_official_account_needs_a_public_address(clean: None) -> None:
    with pytest.raises(Trouble, match="https://"):
        setup.connect("zalo_oa", SECRETS["zalo_oa"])


def test_an_expired_access_token_is_exchanged_while_connecting(
    clean: None, api: str, on: Callable[[str], Control], fakes: str
) -> None:
    hand = on("zalo_oa")
    hand.set(access="newer")
    settings: dict[str, object] = {"base_url": f"{fakes}/zalo_oa", "token_url": f"{fakes}/zalo_oa/v4/oa/access_token"}
    done = setup.connect("zalo_oa", SECRETS["zalo_oa"], public=api, settings=settings)
    with transaction() as session:
        row = accounts.find(session, "zalo_oa", done.account.account)
        assert row is not None
        assert accounts.opened(row).secrets["refresh_token"] == "oa-refresh-1"


def test_without_a_public_address_the_worker_asks(clean: None, on: Callable[[str], Control], fakes: str) -> None:
    on("telegram")
    done = setup.connect("telegram", SECRETS["telegram"], settings={"base_url": f"{fakes}/telegram"})
    assert done.polling
    assert polled() == {("telegram", done.account.account)}


@pytest.mark.parametrize("name", ["zalo", "telegram"])
def test_polling_takes_each_message_once(connect: Callable[..., Street], name: str, user: str) -> None:
    there = connect(name, mode="polling")
    for text in ("một", "hai", "ba"):
        there.control.say(user, text)
    for _ in range(4):
        assert poll_once(name, there.account.account, clock, seconds=1)
    assert [m.text for m in there.messages(user)] == ["một", "hai", "ba"]


def test_polled_updates_are_confirmed_only_when_they_are_durable(
    connect: Callable[..., Street], user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = connect("telegram", mode="polling")
    there.control.say(user, "một")

    def broken(*_: object) -> None:
        raise RuntimeError("died")

    with monkeypatch.context() as dying:
        dying.setattr("api.conversations.polling.take", broken)
        with pytest.raises(RuntimeError):
            poll_once("telegram", there.account.account, clock, seconds=1)
    assert poll_once("telegram", there.account.account, clock, seconds=1)
    assert [m.text for m in there.messages(user)] == ["một"]


def test_one_process_owns_the_polling(database: str) -> None:
    with owned("telegram", "a") as first, owned("telegram", "a") as second, owned("telegram", "b") as other:
        assert (first, second, other) == (True, False, True)
    with owned("telegram", "a") as again:
        assert again


def test_a_platform_that_is_away_is_noted(connect: Callable[..., Street]) -> None:
    there = connect("telegram", mode="polling")
    there.control.set(webhook="http://127.0.0.1:9/")  # somebody has set a webhook: polling is refused
    assert not poll_once("telegram", there.account.account, clock, seconds=1)
    with transaction() as session:
        [state] = channel_states(session, clock.now())
    assert "409" in (state.account.last_error or "")


def test_the_state_counts_what_is_lost(street: Callable[..., Street], user: str) -> None:
    there = street("zalo")
    there.control.say(user, "chào")
    until(lambda: there.control.heard(user))
    there.control.faults("garbage")
    there.control.say(user, "nữa")
    until(lambda: there.messages(user, "out")[-1].status == "unknown")
    with transaction() as session:
        [state] = channel_states(session, clock.now())
        assert (state.waiting, state.failed, state.unknown, state.citizens) == (0, 0, 1, 1)
        assert state.quota is not None
        assert state.quota.used == 2
        [(message, thread)] = lost_messages(session, channel="zalo")
        assert (message.text, thread.chat_id) == ("Em nghe: nữa", user)


def test_the_token_is_in_no_log(street: Callable[..., Street], user: str, caplog: pytest.LogCaptureFixture) -> None:
    from api.core import logs

    logs.set_up()
    there = street("telegram")
    there.control.faults("500", "reset")
    there.control.say(user, "chào")
    until(lambda: there.messages(user, "out") and there.messages(user, "out")[-1].status == "unknown")
    assert there.account.secrets["token"] not in caplog.text
