"""The way out under trouble: nothing lost, nothing doubled, the order kept, each platform's pace."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from api.channels import accounts, buckets
from api.channels.contract import Address, Limits, OutgoingMessage
from api.channels.models import ChannelAccount
from api.channels.registry import PLATFORMS
from api.citizens.service import identify
from api.conversations.delivery import deliver_waiting
from api.conversations.intake import open_conversation
from api.conversations.models import Conversation, Message, OutStatus
from api.conversations.outbox import NotLost, resend, say
from api.core.clock import FixedClock
from api.core.db import transaction
from tests.channels.conftest import Street
from tests.fakes.control import until

EACH = pytest.mark.parametrize("name", sorted(PLATFORMS))
Connected = Callable[..., Street]


@pytest.fixture
def hours() -> FixedClock:
    """A clock that a test moves. It starts now: rows made by other clocks must not lie in its future."""
    return FixedClock(datetime.now(UTC))


class Lan:
    """One citizen's thread on a connected platform, and the deliverer in the test's own hands."""

    def __init__(self, there: Street, user: str, clock: FixedClock) -> None:
        self.there, self.user, self.clock = there, user, clock
        there.control.set(webhook=None)
        there.control.say(user, "chào")
        with transaction() as session:
            account = there.account
            citizen = identify(session, account.channel, account.account, user, "Lan")
            thread = open_conversation(session, account.channel, account.account, user, citizen_id=citizen.id, now=clock.now())
            self.key: uuid.UUID = thread.id

    def told(self, *texts: str, author: str = "bot") -> None:
        for words in texts:
            with transaction() as session:
                say(session, self.key, OutgoingMessage(words), author=author, now=self.clock.now())

    def deliver(self) -> datetime | None:
        return deliver_waiting(self.key, self.clock, transaction)

    def deliver_all(self, tries: int = 30) -> None:
        """As the jobs do: come back when asked to."""
        for _ in range(tries):
            later = self.deliver()
            if later is None:
                return
            self.clock.move(max(later - self.clock.now(), timedelta()))
        raise AssertionError("it never ends")

    @property
    def heard(self) -> list[str]:
        return [line["text"] for line in self.there.control.heard(self.user)]

    @property
    def states(self) -> list[str]:
        return [m.status for m in self.there.messages(self.user, "out")]

    def account(self) -> ChannelAccount:
        with transaction() as session:
            found = accounts.find(session, self.there.account.channel, self.there.account.account)
            assert found is not None
            return found


@pytest.fixture
def lan(connect: Connected, user: str, hours: FixedClock) -> Callable[..., Lan]:
    return lambda name, **settings: Lan(connect(name, **settings), user, hours)


@EACH
@pytest.mark.parametrize("fault", ["500", "502", "408"])
def test_a_passing_fault_is_tried_again_in_order(lan: Callable[..., Lan], name: str, fault: str) -> None:
    her = lan(name)
    her.told("một", "hai", "ba")
    her.there.control.faults(fault, fault)
    later = her.deliver()
    assert later is not None
    assert her.heard == []
    assert timedelta(seconds=1) <= later - her.clock.now() <= timedelta(seconds=1.4)
    her.deliver_all()
    assert her.heard == ["một", "hai", "ba"]
    assert her.states == [OutStatus.SENT] * 3


@EACH
@pytest.mark.parametrize(("fault", "arrived"), [("reset_after", True), ("reset", False), ("504", False), ("garbage", True)])
def test_an_unknown_end_is_not_sent_again(lan: Callable[..., Lan], name: str, fault: str, arrived: bool) -> None:
    her = lan(name)
    her.told("một", "hai")
    her.there.control.faults(fault)
    her.deliver_all()
    assert her.states == [OutStatus.UNKNOWN, OutStatus.SENT]
    assert her.heard == (["một", "hai"] if arrived else ["hai"])
    row = her.there.messages(her.user, "out")[0]
    with transaction() as session:
        resend(session, row.id, her.clock.now())
    her.deliver_all()
    assert her.heard[-1] == "một"
    assert her.states == [OutStatus.SENT, OutStatus.SENT]
    with transaction() as session, pytest.raises(NotLost):
        resend(session, row.id, her.clock.now())


def test_a_slow_answer_is_waited_for(lan: Callable[..., Lan]) -> None:
    her = lan("zalo_oa")
    her.told("một")
    her.there.control.faults("slow", slow_seconds=0.5)
    her.deliver_all()
    assert her.states == [OutStatus.SENT]


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


@pytest.mark.parametrize("name", ["telegram", "zalo_oa"])
def test_a_citizen_who_blocks_us_is_left_alone_until_she_writes(lan: Callable[..., Lan], name: str) -> None:
    her = lan(name)
    her.there.control.set(blocked=[her.user])
    her.told("một", "hai")
    her.deliver_all()
    assert her.states == [OutStatus.FAILED, OutStatus.FAILED]
    assert len(her.there.control.log()["calls"]) == 1
    with transaction() as session:
        assert session.get_one(Conversation, her.key).unreachable_at is not None
    her.there.control.set(blocked=[], webhook=her.there.url)
    her.there.control.say(her.user, "em đây")
    until(lambda: len(her.there.messages(her.user, "in")) == 1)
    her.told("ba")
    her.deliver_all()
    assert her.heard == ["ba"]


def test_blocking_and_opening_are_heard_from_the_platform(connect: Connected, user: str) -> None:
    there = connect("telegram")
    there.control.say(user, "chào")
    until(lambda: there.messages(user))

    def reachable() -> bool:
        with transaction() as session:
            thread = there.thread(session, user)
            return thread is not None and thread.unreachable_at is None

    there.control.block(user, True)
    until(lambda: not reachable())
    there.control.block(user, False)
    until(reachable)


def test_outside_the_window_a_message_is_dead_but_visible(lan: Callable[..., Lan]) -> None:
    her = lan("zalo_oa")
    her.there.control.set(closed=[her.user])
    her.told("một")
    her.deliver_all()
    [row] = her.there.messages(her.user, "out")
    assert (row.status, row.error) == (OutStatus.FAILED, "zalo oa: error -230")


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


def test_receipts_are_noted(lan: Callable[..., Lan]) -> None:
    her = lan("zalo_oa")
    her.there.control.set(receipts=True, webhook=her.there.url)
    her.told("một")
    her.deliver_all()
    row = until(lambda: next((m for m in her.there.messages(her.user, "out") if m.seen_at and m.received_at), None))
    assert row is not None
    assert row.status == OutStatus.SENT


def test_the_platforms_echo_settles_an_unknown_end(lan: Callable[..., Lan]) -> None:
    her = lan("zalo_oa")
    her.told("một")
    her.there.control.faults("reset_after")
    her.deliver_all()
    assert her.states == [OutStatus.UNKNOWN]
    her.there.control.set(webhook=her.there.url)
    sent = {"sender": {"id": "303303"}, "recipient": {"id": her.user}, "message": {"msg_id": "o1", "text": "một"}}
    her.there.control.say(her.user, raw={"event_name": "oa_send_text", "timestamp": "1", **sent})
    until(lambda: her.states == [OutStatus.SENT])


def test_a_worker_that_dies_while_sending_leaves_an_unknown_end(lan: Callable[..., Lan]) -> None:
    her = lan("telegram")
    her.told("một", "hai")
    with transaction() as session:
        row = session.scalars(select(Message).where(Message.conversation_id == her.key).order_by(Message.id)).first()
        assert row is not None
        row.status = OutStatus.SENDING
    her.deliver_all()
    assert her.states == [OutStatus.UNKNOWN, OutStatus.SENT]
    assert her.heard == ["hai"]


def test_a_part_that_left_does_not_leave_again(lan: Callable[..., Lan]) -> None:
    her = lan("zalo")
    her.told("Một câu. " * 500)
    her.there.control.faults("slow", "500", slow_seconds=0)
    her.deliver_all()
    assert " ".join(her.heard) == ("Một câu. " * 500).strip()
    assert len(her.heard) == 3


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


def test_an_answer_is_given_up_after_a_day_and_can_be_sent_again(lan: Callable[..., Lan]) -> None:
    her = lan("telegram")
    her.told("một")
    her.told("tin về phản ánh", author="system")
    her.clock.move(timedelta(hours=25))
    her.deliver_all()
    assert her.states == [OutStatus.FAILED, OutStatus.SENT]
    with transaction() as session:
        resend(session, her.there.messages(her.user, "out")[0].id, her.clock.now())
    her.deliver_all()
    assert her.heard == ["tin về phản ánh", "một"]


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
