"""The invented year: plausible, the same each time, consistent with the rules of real tickets, removable without a trace."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from api.citizens.models import Citizen
from api.cli.demo_data import load
from api.conversations.models import Conversation, Message
from api.core.settings import get_settings
from api.metrics.rules import period
from api.metrics.scope import Scope
from api.metrics.service import report as figures_of
from api.tickets.clock import candidates
from api.tickets.models import Status, Ticket, TicketCounter, TicketEvent, TicketRating, TicketReporter
from api.tickets.rules import OPEN_STATES, Deed, next_status
from tests.conftest import MONDAY_MORNING


@pytest.fixture(scope="module")
def year(engine: Engine) -> Iterator[Session]:
    """The year, loaded once for the tests that only look."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            load(session, MONDAY_MORNING)
            yield session
        outer.rollback()


def last_numbers(session: Session) -> dict[str, int]:
    return {row.prefix: row.last for row in session.scalars(select(TicketCounter))}


def test_it_is_a_year_of_more_than_three_thousand_marked_tickets(year: Session, now: datetime) -> None:
    first, last, count = year.execute(select(func.min(Ticket.opened_at), func.max(Ticket.opened_at), func.count())).one()
    assert count >= 3000
    assert timedelta(days=360) < now - first <= timedelta(days=366)
    assert now - timedelta(days=1) < last <= now
    for table in (Ticket, Conversation, Citizen):
        assert not year.scalar(select(func.count()).select_from(table).where(table.demo.is_(False)))  # type: ignore[attr-defined]


def test_numbers_are_in_the_order_of_time_and_the_counter_goes_on(year: Session) -> None:
    numbers = year.scalars(select(Ticket.number).order_by(Ticket.opened_at, Ticket.number)).all()
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == len(numbers)
    last = last_numbers(year)
    for prefix, count in last.items():
        assert max(n for n in numbers if n.startswith(prefix)) == f"{prefix}-{count:06d}"


def test_the_queue_looks_alive(year: Session, now: datetime) -> None:
    states = Counter(year.scalars(select(Ticket.status)))
    assert 70 <= sum(states[state] for state in OPEN_STATES) <= 200
    late = year.scalar(select(func.count()).where(Ticket.status.in_(["new", "in_progress"]), Ticket.due_at < now)) or 0
    assert 10 <= late <= 60
    assert set(states) == set(Status)
    assert year.scalar(select(func.count()).where(Conversation.wants_human)) == 2


def test_every_history_follows_the_table_of_states(year: Session) -> None:
    status: dict[object, str] = {}
    moment: dict[object, datetime] = {}
    for event in year.scalars(select(TicketEvent).order_by(TicketEvent.id)):
        if event.kind == Deed.OPEN:
            assert event.to_status == Status.NEW
        else:
            assert event.from_status == status[event.ticket_id]
            assert event.to_status == next_status(status[event.ticket_id], Deed(event.kind))
            assert event.at >= moment[event.ticket_id]
        status[event.ticket_id], moment[event.ticket_id] = event.to_status or "", event.at
    assert status == {t.id: t.status for t in year.scalars(select(Ticket))}
    assert max(moment.values()) <= MONDAY_MORNING


def test_the_clock_and_the_notices_find_nothing_left_to_do(year: Session, now: datetime) -> None:
    assert len(candidates(year, now)) <= 3, "what fell due within the last minute"
    assert not year.scalar(select(func.count()).where(TicketEvent.public, TicketEvent.announced_at.is_(None)))
    assert not year.scalar(text("select count(*) from procrastinate_jobs"))


def test_rows_agree_with_their_events(year: Session) -> None:
    events = year.scalars(select(TicketEvent.ticket_id).where(TicketEvent.kind == Deed.REOPEN))
    reopened = Counter(events)
    rated = set(year.scalars(select(TicketRating.ticket_id)))
    for ticket in year.scalars(select(Ticket)):
        assert ticket.reopen_count == reopened[ticket.id]
        assert (ticket.merged_into_id is not None) == (ticket.status == Status.MERGED)
        assert ticket.rating is None or ticket.id in rated
        if ticket.status in {Status.RESOLVED, Status.CLOSED}:
            assert ticket.answer
            assert ticket.resolved_at


def test_names_are_of_the_cast_and_nobody_has_a_phone(year: Session) -> None:
    assert set(year.scalars(select(Citizen.display_name))) == {None, "Lan", "Bình", "Chi", "Dũng", "Hà"}
    assert set(year.scalars(select(Ticket.contact_phone))) == {None}


def test_the_year_has_seasons_storms_and_uneven_departments(year: Session, now: datetime) -> None:
    floods = year.scalars(select(Ticket.opened_at).where(Ticket.category == "drainage_flooding"))
    months = Counter(at.month for at in floods)
    assert sum(months[m] for m in (6, 7, 8, 9)) > 3 * sum(months[m] for m in (12, 1, 2, 3))
    days = Counter(at.date() for at in year.scalars(select(Ticket.opened_at)))
    assert max(days.values()) > 3 * len(days) ** -1 * sum(days.values())
    made = figures_of(year, period("months12", now, get_settings().zone), Scope(), now)
    on_time = {row.key: row.figures.on_time or 0 for row in made.by["department"] if row.figures.solved > 100}
    assert max(on_time.values()) - min(on_time.values()) > 0.2
    assert 0.7 < (made.overview.figures.on_time or 0) < 0.95
    assert len(made.by["category"]) == 29
    assert len({ticket.description for ticket in year.scalars(select(Ticket))}) > 2000


def test_a_ticket_shows_its_conversation(year: Session) -> None:
    spoken = set(year.scalars(select(Message.conversation_id).distinct()))
    assert set(year.scalars(select(TicketReporter.conversation_id))) <= spoken
