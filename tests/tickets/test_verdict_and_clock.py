"""The citizen's word on an answer, and the clock that warns, marks late, escalates and closes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from api.tickets import work
from api.tickets.clock import candidates, tick
from api.tickets.models import Priority, Status, Ticket
from api.tickets.open import open_ticket
from api.tickets.queries import NoSuchTicket, timeline
from api.tickets.rules import Deed, NotAllowedNow
from api.tickets.verdict import BadScore, TooLateToReopen, add_words, rate, reopen, withdraw
from tests.cast import Cast, citizen, draft


def solve(db: Session, cast: Cast, now: datetime) -> Ticket:
    work.resolve(db, cast.ticket, cast.binh, "Đã thay bóng", now)
    return cast.ticket


def test_a_rating_closes_and_may_be_changed(db: Session, cast: Cast, now: datetime) -> None:
    ticket = solve(db, cast, now)
    rate(db, ticket, cast.lan.id, 5, "tốt", now)
    assert (ticket.status, ticket.rating, ticket.closed_at) == (Status.CLOSED, 5, now)
    rate(db, ticket, cast.lan.id, 3, None, now + timedelta(minutes=1))
    assert (ticket.rating, ticket.rating_comment, ticket.closed_at) == (3, "tốt", now)
    count = len(timeline(db, ticket.id))
    rate(db, ticket, cast.lan.id, 3, "tốt", now + timedelta(minutes=2))  # the same once more leaves no row
    assert len(timeline(db, ticket.id)) == count


def test_only_an_urgent_ticket_that_nobody_has_taken_on_can_be_withdrawn(db: Session, cast: Cast, now: datetime) -> None:
    with pytest.raises(NotAllowedNow):
        withdraw(db, cast.ticket, cast.lan.id, now)
    urgent = open_ticket(db, draft(cast.lan, message_type="emergency"), now)
    with pytest.raises(NoSuchTicket):
        withdraw(db, urgent, citizen(db, now).id, now)
    taken = open_ticket(db, draft(cast.lan, message_type="emergency"), now)
    taken.status = Status.IN_PROGRESS
    with pytest.raises(NotAllowedNow):
        withdraw(db, taken, cast.lan.id, now)
    withdraw(db, urgent, cast.lan.id, now)
    assert (urgent.status, urgent.closed_at, urgent.resolved_at) == (Status.WITHDRAWN, now, None)
    with pytest.raises(NotAllowedNow):
        reopen(db, urgent, cast.lan.id, None, now)


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_is_one_to_five(db: Session, cast: Cast, now: datetime, score: int) -> None:
    with pytest.raises(BadScore):
        rate(db, solve(db, cast, now), cast.lan.id, score, None, now)


def test_only_reporters_judge(db: Session, cast: Cast, now: datetime) -> None:
    ticket, stranger = solve(db, cast, now), citizen(db, now)
    for call in (
        lambda: rate(db, ticket, stranger.id, 1, None, now),
        lambda: reopen(db, ticket, stranger.id, None, now),
        lambda: add_words(db, ticket, stranger.id, "xin chào", now),
    ):
        with pytest.raises(NoSuchTicket):
            call()


def test_an_open_ticket_is_not_rated(db: Session, cast: Cast, now: datetime) -> None:
    with pytest.raises(NotAllowedNow):
        rate(db, cast.ticket, cast.lan.id, 5, None, now)


def test_not_fixed_reopens_once_with_a_fresh_clock(db: Session, cast: Cast, now: datetime) -> None:
    ticket = solve(db, cast, now)
    rate(db, ticket, cast.lan.id, 1, "chưa sáng", now)
    later = now + timedelta(days=3)
    first = reopen(db, ticket, cast.lan.id, "vẫn tối", later)
    assert (ticket.status, ticket.reopen_count, ticket.rating, ticket.rating_comment) == (Status.IN_PROGRESS, 1, None, None)
    assert ticket.due_at > later
    assert reopen(db, ticket, cast.lan.id, "vẫn tối", later).id == first.id
    assert ticket.reopen_count == 1


def test_reopening_twice_makes_it_pressing(db: Session, cast: Cast, now: datetime) -> None:
    for _ in range(2):
        reopen(db, solve(db, cast, now), cast.lan.id, None, now)
    assert cast.ticket.priority == Priority.HIGH


def test_reopening_has_its_days(db: Session, cast: Cast, now: datetime) -> None:
    ticket = solve(db, cast, now)
    with pytest.raises(TooLateToReopen):
        reopen(db, ticket, cast.lan.id, None, now + timedelta(days=7, minutes=1))
    reopen(db, ticket, cast.lan.id, None, now + timedelta(days=7))


def test_what_was_never_answered_is_not_reopened(db: Session, cast: Cast, now: datetime) -> None:
    with pytest.raises(NotAllowedNow):
        reopen(db, cast.ticket, cast.lan.id, None, now)


def test_after_reopening_it_can_be_rated_anew(db: Session, cast: Cast, now: datetime) -> None:
    rate(db, solve(db, cast, now), cast.lan.id, 1, None, now)
    reopen(db, cast.ticket, cast.lan.id, None, now)
    rate(db, solve(db, cast, now), cast.lan.id, 4, None, now)
    assert (cast.ticket.rating, cast.ticket.status) == (4, Status.CLOSED)


def test_the_clock_warns_marks_and_escalates_each_once(db: Session, cast: Cast) -> None:
    ticket = cast.ticket
    soon, late = ticket.due_at - timedelta(hours=2), ticket.due_at + timedelta(minutes=1)
    much_later = late + timedelta(days=3, minutes=1)
    assert tick(db, ticket.id, ticket.opened_at) == []
    for moment, deed in ((soon, Deed.WARN), (late, Deed.OVERDUE), (much_later, Deed.ESCALATE)):
        assert ticket.id in candidates(db, moment)
        assert tick(db, ticket.id, moment) == [deed]
        assert tick(db, ticket.id, moment) == []
    assert ticket.priority == Priority.HIGH
    assert {event.public for event in timeline(db, ticket.id)[1:]} == {False}


def test_a_waiting_ticket_has_no_clock(db: Session, cast: Cast, now: datetime) -> None:
    work.ask_back(db, cast.ticket, cast.binh, "Ở đâu?", now)
    late = cast.ticket.due_at + timedelta(days=10)
    assert cast.ticket.id not in candidates(db, late)
    assert tick(db, cast.ticket.id, late) == []


def test_more_time_takes_a_late_ticket_off_the_escalation(db: Session, cast: Cast) -> None:
    ticket = cast.ticket
    late = ticket.due_at + timedelta(minutes=1)
    tick(db, ticket.id, late)
    work.extend(db, ticket, cast.minh, 5, "Chờ vật tư", late)
    assert Deed.ESCALATE not in tick(db, ticket.id, late + timedelta(days=4))
    assert ticket.priority == Priority.NORMAL


def test_nobody_rated_so_the_clock_closes(db: Session, cast: Cast, now: datetime) -> None:
    ticket = solve(db, cast, now)
    assert tick(db, ticket.id, now + timedelta(days=7)) == []
    after = now + timedelta(days=7, minutes=1)
    assert ticket.id in candidates(db, after)
    assert tick(db, ticket.id, after) == [Deed.CLOSE]
    assert (ticket.status, ticket.closed_at) == (Status.CLOSED, after)


def test_a_vanished_ticket_is_no_trouble(db: Session, now: datetime) -> None:
    import uuid

    assert tick(db, uuid.uuid4(), datetime(2027, 1, 1, tzinfo=UTC)) == []
