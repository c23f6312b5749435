"""Marks of urgency: kept where the bot is sure, taken off by staff, and what they do to the order of a queue."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.errors import Forbidden, NotFound
from api.localities.taxonomy import signals, sure_from
from api.tickets import work
from api.tickets.models import Ticket, TicketEvent
from api.tickets.order import rank, rank_of
from api.tickets.queries import Filters, queue, timeline
from api.tickets.rules import Deed
from api.tickets.signals import NoSuchSignal, mark, signals_of, unmark
from tests.cast import Cast, report

SURE = {"danger": 0.9, "children": 0.8, "waiting": 0.7, "anger": 0.6}


def marked(db: Session, at: datetime, *codes: str, **changes: object) -> Ticket:
    return report(db, at, signals={code: SURE[code] for code in codes}, **changes)[0]


def last_event(db: Session, ticket: Ticket) -> TicketEvent:
    return timeline(db, ticket.id)[-1]


def test_only_what_the_bot_is_sure_of_is_kept(db: Session, cast: Cast, now: datetime) -> None:
    least = sure_from()
    guesses = {"anger": 0.999, "danger": least["danger"], "children": least["children"] - 0.01, "joy": 1.0}
    ticket = report(db, now, signals=guesses)[0]
    db.expire(ticket)  # as the database gives it back
    assert signals_of(ticket) == [("danger", least["danger"]), ("anger", 0.999)]
    assert cast.ticket.signals == {}


def test_they_change_neither_priority_nor_clock_nor_owner(db: Session, cast: Cast, now: datetime) -> None:
    plain, pressing = report(db, now)[0], marked(db, now, *SURE)
    for column in ("priority", "due_at", "first_response_due_at", "deadline_rule", "department_code", "status"):
        assert getattr(plain, column) == getattr(pressing, column), column


def test_staff_take_one_off_and_it_stays_off(db: Session, cast: Cast, now: datetime) -> None:
    ticket = marked(db, now, "danger", "anger")
    event = unmark(db, ticket, cast.binh, "danger", now)
    assert (event.kind, event.staff_id, event.data, event.public) == (
        "unmark",
        cast.binh.id,
        {"signals": {"danger": 0.9}},
        False,
    )
    assert list(ticket.signals) == ["anger"]
    with pytest.raises(NoSuchSignal):
        unmark(db, ticket, cast.binh, "danger", now)
    # later words of the citizen do not bring it back, but may bring others
    added = mark(db, ticket, {"danger": 0.95, "children": 0.8}, now)
    assert added is not None
    assert (added.kind, added.actor, added.data, added.public) == ("mark", "bot", {"signals": {"children": 0.8}}, False)
    assert [code for code, _ in signals_of(ticket)] == ["children", "anger"]
    assert mark(db, ticket, {"danger": 0.95, "children": 0.9, "waiting": 0.1}, now) is None


def test_what_is_done_is_not_marked(db: Session, cast: Cast, now: datetime) -> None:
    work.resolve(db, cast.ticket, cast.binh, "Đã sửa", now)
    assert mark(db, cast.ticket, {"danger": 1.0}, now) is None
    assert last_event(db, cast.ticket).kind == Deed.RESOLVE


def test_chi_may_not_take_one_off_nor_may_a_leader(db: Session, cast: Cast, now: datetime) -> None:
    ticket = marked(db, now, "danger")
    for staff in (cast.chi, cast.dung):
        with pytest.raises(Forbidden):
            unmark(db, ticket, staff, "danger", now)
    assert list(ticket.signals) == ["danger"]
    assert last_event(db, ticket).kind == Deed.OPEN


def test_the_queue_by_priority_danger_clock_and_marks(db: Session, cast: Cast, now: datetime) -> None:
    """Every ticket differs from the next in the one thing that the rule looks at next."""
    before = now - timedelta(days=60)  # long overdue
    expected = [
        marked(db, now, priority="urgent"),
        marked(db, now, "danger", priority="high"),
        marked(db, now, priority="high"),
        marked(db, before, "danger"),
        marked(db, now, "danger", "anger"),
        marked(db, now + timedelta(minutes=1), "danger"),
        marked(db, before, "children", "anger"),
        marked(db, before, "waiting"),
        marked(db, before, "anger"),
        marked(db, before),
        marked(db, now, "children"),
        marked(db, now, "waiting", "anger"),
        marked(db, now, "anger"),
        cast.ticket,
    ]
    found = [ticket.number for ticket in queue(db, cast.binh, Filters(), now).rows]
    assert found == [ticket.number for ticket in expected]


def test_a_mark_taken_off_gives_its_place_back(db: Session, cast: Cast, now: datetime) -> None:
    ticket = marked(db, now, "danger")
    assert queue(db, cast.binh, Filters(), now).rows == [ticket, cast.ticket]
    unmark(db, ticket, cast.binh, "danger", now)
    assert queue(db, cast.binh, Filters(), now).rows == [cast.ticket, ticket]


def test_the_database_and_the_cursor_rank_alike(db: Session, cast: Cast, now: datetime) -> None:
    marks: list[tuple[str, ...]] = [(), *((code,) for code in SURE), ("danger", "children"), ("waiting", "anger")]
    for priority in ("normal", "high", "urgent"):
        for at in (now, now - timedelta(days=60)):
            for codes in marks:
                marked(db, at, *codes, priority=priority)
    asked, _ = report(db, now - timedelta(days=60), signals={"children": 0.9})
    work.ask_back(db, asked, cast.binh, "Ở đâu?", now)  # its clock stands: it is not late
    for ticket, place in db.execute(select(Ticket, rank(now))):
        assert place == rank_of(ticket, now), ticket.signals
    places = db.scalars(select(rank(now)).distinct()).all()
    assert sorted(places) == list(range(27)), "3 priorities, 9 classes in each"


def test_pages_stay_whole_though_the_clock_moves_on(db: Session, cast: Cast, now: datetime) -> None:
    for minutes in range(8):
        marked(db, now - timedelta(minutes=minutes), *(("children",) if minutes % 2 else ()))
    late = cast.ticket.due_at + timedelta(hours=2)
    between = cast.ticket.due_at - timedelta(minutes=4)  # some of them are late by now
    expected = [ticket.number for ticket in queue(db, cast.binh, Filters(), between).rows]
    first = queue(db, cast.binh, Filters(), between, limit=3)
    seen, cursor = list(first.rows), first.next_cursor
    while cursor:
        page = queue(db, cast.binh, Filters(), late, cursor, limit=3)
        seen += page.rows
        cursor = page.next_cursor
    assert [ticket.number for ticket in seen] == expected


@pytest.mark.parametrize(
    "cursor",
    ["2026-01-01T00:00:00|1|2026-01-01T00:00:00+00:00|HD", "2026-01-01T00:00:00+00:00|99|2026-01-01T00:00:00+00:00|HD"],
)
def test_a_cursor_that_no_page_gave_is_a_clear_answer(db: Session, cast: Cast, now: datetime, cursor: str) -> None:
    with pytest.raises(NotFound):
        queue(db, cast.binh, Filters(), now, cursor)


def test_the_queue_is_narrowed_to_a_mark(db: Session, cast: Cast, now: datetime) -> None:
    both, one = marked(db, now, "danger", "children"), marked(db, now, "children")
    assert queue(db, cast.binh, Filters(signal="danger"), now).rows == [both]
    assert queue(db, cast.binh, Filters(signal="children"), now).rows == [both, one]
    assert queue(db, cast.binh, Filters(signal="anger"), now).rows == []
    assert queue(db, cast.chi, Filters(signal="danger"), now).rows == []
    assert list(signals()) == list(SURE), "the order of the queue is the order of the taxonomy"
