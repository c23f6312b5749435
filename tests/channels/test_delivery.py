"""The way out under trouble: nothing lost, nothing doubled, the order kept, each platform's pace."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from api.channels.contract import OutgoingMessage
from api.channels.registry import PLATFORMS
from api.conversations.models import Conversation, Message, OutStatus
from api.conversations.outbox import NotLost, resend, say
from api.core.db import transaction
from tests.channels.conftest import Street
from tests.channels.lan import Lan
from tests.fakes.control import until

EACH = pytest.mark.parametrize("name", sorted(PLATFORMS))
Connected = Callable[..., Street]


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


def test_receipts_are_noted(lan: Callable[..., Lan]) -> None:
    her = lan("zalo_oa")
    her.there.control.set(receipts=True, webhook=her.there.url)
    her.told("một")
    her.deliver_all()

    def seen() -> list[Message]:
        her.note_receipts()  # the fake may have told before its answer was read
        return [m for m in her.there.messages(her.user, "out") if m.seen_at and m.received_at]

    [row] = until(seen)
    assert row.status == OutStatus.SENT


def test_a_receipt_that_comes_before_the_number_of_its_message_is_noted_later(lan: Callable[..., Lan]) -> None:
    her = lan("zalo_oa")
    her.told("một")
    her.receipt("m1", "seen")
    [row] = her.there.messages(her.user, "out")
    with transaction() as session:
        session.get_one(Message, row.id).external_id = "m1"
    assert her.note_receipts() == 1
    assert her.there.messages(her.user, "out")[0].seen_at == her.clock.now()


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


def test_an_echo_of_other_words_that_read_the_same_settles_nothing(lan: Callable[..., Lan]) -> None:
    her = lan("zalo_oa")
    her.told("một", "một", "một")
    her.there.control.faults("reset")
    her.deliver_all()
    lost, arrived, leaving = her.there.messages(her.user, "out")
    assert (lost.status, arrived.status) == (OutStatus.UNKNOWN, OutStatus.SENT)
    her.receipt(str(arrived.external_id), "sent", "một")
    with transaction() as session:
        session.get_one(Message, leaving.id).status = OutStatus.SENDING
    her.receipt("of the one that is leaving", "sent", "một")
    assert her.states == [OutStatus.UNKNOWN, OutStatus.SENT, OutStatus.SENDING]


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


def test_words_spoken_while_the_deliverer_looks_do_not_lie_until_the_sweep(lan: Callable[..., Lan]) -> None:
    """Their speaker found a job in the queue and enqueued none; by the time he commits, that job has looked already."""
    her = lan("telegram")
    with transaction() as session:
        say(session, her.key, OutgoingMessage("một"), author="bot", now=her.clock.now())
        deliverer = threading.Thread(target=her.deliver)
        deliverer.start()
        until(waits_for_a_lock)
    deliverer.join(20)
    assert her.heard == ["một"]


def test_a_lost_message_that_is_sent_again_does_not_lie_either(lan: Callable[..., Lan]) -> None:
    her = lan("telegram")
    her.told("một")
    her.there.control.faults("reset")
    her.deliver_all()
    with transaction() as session:
        resend(session, her.there.messages(her.user, "out")[0].id, her.clock.now())
        deliverer = threading.Thread(target=her.deliver)
        deliverer.start()
        until(waits_for_a_lock)
    deliverer.join(20)
    assert her.heard == ["một"]


def waits_for_a_lock() -> bool:
    with transaction() as session:
        return bool(session.scalar(text("select count(*) from pg_locks where not granted")))
