"""An account's pace, quota and tokens: what holds its messages back, and what lets them go."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from api.channels import accounts, buckets
from api.channels.contract import Address, Limits
from api.conversations.models import OutStatus
from api.core.db import transaction
from tests.channels.lan import Lan


def test_telegram_says_how_long_to_wait(lan: Callable[..., Lan]) -> None:
    her = lan("telegram")
    her.told("một", "hai")
    her.there.control.faults("429", retry_after=7)
    later = her.deliver()
    assert later is not None
    assert timedelta(seconds=7) <= later - her.clock.now() <= timedelta(seconds=9.2)
    held = her.account().held_until
    assert held is not None
    assert held - her.clock.now() == timedelta(seconds=7)
    her.deliver_all()
    assert her.heard == ["một", "hai"]


def test_zalo_429_holds_the_account(lan: Callable[..., Lan]) -> None:
    her = lan("zalo")
    her.told("một")
    her.there.control.faults("429")
    assert her.deliver() is not None
    assert her.states == [OutStatus.QUEUED]
    assert (her.account().held_until or her.clock.now()) > her.clock.now()
    her.deliver_all()
    assert her.heard == ["một"]


def test_the_months_quota_holds_and_the_next_month_frees(lan: Callable[..., Lan], caplog: pytest.LogCaptureFixture) -> None:
    her = lan("zalo", monthly_limit=5)
    her.told(*"abcdefg", author="system")
    for _ in range(20):
        later = her.deliver()
        assert later is not None
        if len(her.heard) == 5 and later - her.clock.now() > timedelta(seconds=60):
            break
        her.clock.move(later - her.clock.now())
    assert her.heard == list("abcde")
    assert [r.args[2] for r in caplog.records if "are used" in r.msg] == [80, 100]  # type: ignore[index]
    her.clock.move(buckets.next_month(her.clock.now()) - her.clock.now())
    her.deliver_all()
    assert her.heard == list("abcdefg")
    with transaction() as session:
        assert buckets.sent_this_month(session, "zalo", "2002", her.clock.now()) == 2


def test_a_refused_token_holds_everything_until_connected_again(lan: Callable[..., Lan]) -> None:
    her = lan("telegram")
    good = her.there.account
    with transaction() as session:
        wrong = dict(good.secrets) | {"token": "9:wrong"}
        accounts.connect(session, "telegram", good.account, name="", settings=good.settings, secrets=wrong, now=her.clock.now())
    her.told("một")
    assert her.deliver() is not None
    assert her.account().state == "refused"
    with transaction() as session:
        given = {"settings": good.settings, "secrets": good.secrets}
        accounts.connect(session, "telegram", good.account, name="", now=her.clock.now(), **given)
    her.deliver_all()
    assert her.heard == ["một"]


def test_a_stale_access_token_is_exchanged_once(lan: Callable[..., Lan]) -> None:
    her = lan("zalo_oa")
    her.there.control.set(access="something-newer")
    her.told("một", "hai")
    her.deliver_all()
    assert her.heard == ["một", "hai"]
    assert her.there.control.log()["rotations"] == 1
    assert accounts.opened(her.account()).secrets["refresh_token"] == "oa-refresh-1"


def test_two_who_need_a_new_token_ask_once(lan: Callable[..., Lan]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from api.channels.zalo_oa.tokens import access_token

    her = lan("zalo_oa")
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(access_token, her.there.account, not_this="oa-access-0") for _ in range(4)]
        assert {call.result() for call in calls} == {"oa-access-1"}
    assert her.there.control.log()["rotations"] == 1


def test_after_many_failures_everybody_waits(lan: Callable[..., Lan]) -> None:
    her = lan("telegram")
    her.there.control.faults(rates={"500": 1.0})
    her.told("một")
    for _ in range(5):
        later = her.deliver()
        assert later is not None
        her.clock.move(later - her.clock.now())
    assert her.account().failures == 5
    assert her.account().held_until is not None
    her.there.control.faults()
    her.deliver_all()
    assert (her.account().failures, her.account().held_until) == (0, None)


def test_a_disconnected_account_keeps_what_waits(lan: Callable[..., Lan]) -> None:
    her = lan("zalo")
    with transaction() as session:
        accounts.disconnect(session, "zalo", "2002")
    her.told("một")
    assert her.deliver() is not None
    assert her.states == [OutStatus.QUEUED]


def test_one_chat_is_slowed_down_and_another_is_not(clean: None) -> None:
    moment = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    limits = Limits(per_second=10, burst=4, chat_per_second=1, chat_burst=2)

    def wait(chat: str, at: datetime) -> timedelta | None:
        with transaction() as session:
            return buckets.wait_for_turn(session, Address("telegram", "b", chat), limits, at)

    assert [wait("a", moment) for _ in range(3)] == [None, None, timedelta(seconds=1)]
    assert [wait("b", moment) for _ in range(2)] == [None, None]
    assert wait("c", moment) == timedelta(seconds=0.1)  # the account's own bucket is empty now
    assert wait("a", moment + timedelta(seconds=1)) is None
    with transaction() as session:
        assert session.scalar(text("select count(*) from channel_bucket")) == 3


def test_secrets_are_not_readable_in_the_database(lan: Callable[..., Lan]) -> None:
    her = lan("telegram")
    with transaction() as session:
        stored = session.scalar(text("select secrets from channel_account"))
    assert her.there.account.secrets["token"] not in stored
    assert her.there.account.secrets["token"] not in repr(her.there.account)
