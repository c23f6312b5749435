"""Reads for the staff's desk: figures above the queue, look-alikes of a ticket, what changed and for whom."""

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from api.departments.models import Staff
from api.tickets.access import SEES_ALL
from api.tickets.models import Priority, Status, Ticket, TicketEvent
from api.tickets.queries import Filters, conditions, visible_to
from api.tickets.rules import OPEN_STATES, RUNNING

NEAR_METRES = 300
LOOK_BACK = timedelta(days=14)
EARTH_METRES = 6_371_000


@dataclass(frozen=True)
class Counters:
    """How many open tickets this person has before them, by what matters."""

    open: int
    new: int
    overdue: int
    soon: int
    waiting: int
    urgent: int
    mine: int


def counters(session: Session, staff: Staff, now: datetime, soon_before: datetime, filters: Filters | None = None) -> Counters:
    """`filters`: the figures of what they leave, whatever they say of state, due moment and assignee."""
    others = replace(filters or Filters(), states=tuple(OPEN_STATES), due=None, mine=False)
    running = Ticket.status.in_(RUNNING)
    parts: dict[str, ColumnElement[bool]] = {
        "open": Ticket.status.in_(OPEN_STATES),
        "new": Ticket.status == Status.NEW,
        "overdue": and_(running, Ticket.due_at < now),
        "soon": and_(running, Ticket.due_at >= now, Ticket.due_at <= soon_before),
        "waiting": Ticket.status == Status.WAITING,
        "urgent": Ticket.priority == Priority.URGENT,
        "mine": Ticket.assignee_id == staff.id,
    }
    columns = [func.count().filter(condition).label(name) for name, condition in parts.items()]
    query = select(*columns).select_from(Ticket).where(*conditions(staff, others, now))
    row = session.execute(visible_to(staff, query)).one()
    return Counters(**row._mapping)


def look_alikes(session: Session, staff: Staff, ticket: Ticket, limit: int = 5) -> Sequence[Ticket]:
    """Open tickets that may report the same thing: same category, opened within 14 days, same unit or at most 300 m away."""
    query = select(Ticket).where(
        Ticket.id != ticket.id,
        Ticket.category == ticket.category,
        Ticket.status.in_(OPEN_STATES),
        Ticket.opened_at >= ticket.opened_at - LOOK_BACK,
        Ticket.opened_at <= ticket.opened_at + LOOK_BACK,
    )
    rows = session.scalars(visible_to(staff, query).order_by(Ticket.opened_at)).all()
    return sorted((row for row in rows if _near(row, ticket)), key=lambda row: _rank(row, ticket))[:limit]


def _near(one: Ticket, other: Ticket) -> bool:
    if one.unit_code is not None and one.unit_code == other.unit_code:
        return True
    return (metres := distance(one, other)) is not None and metres <= NEAR_METRES


def _rank(row: Ticket, ticket: Ticket) -> tuple[float, datetime]:
    metres = distance(row, ticket)
    return (math.inf if metres is None else metres, row.opened_at)


def distance(one: Ticket, other: Ticket) -> float | None:
    """Metres between two tickets' points, None if one has none."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    a, b = math.radians(one.lat), math.radians(other.lat)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    return 2 * EARTH_METRES * math.asin(math.sqrt(half))


def concerns(session: Session, staff: Staff, ticket_id: uuid.UUID) -> bool:
    """Whether a change of this ticket may be heard of: it is theirs to see, or has just left their department."""
    if staff.role in SEES_ALL:
        return True
    department = session.scalar(select(Ticket.department_code).where(Ticket.id == ticket_id))
    if department == staff.department_code:
        return True
    latest = select(TicketEvent.data).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.id.desc()).limit(1)
    left: str | None = (session.scalar(latest) or {}).get("from_department")
    return left is not None and left == staff.department_code


@dataclass(frozen=True)
class UnitLoad:
    """Open tickets of one unit (None: place unknown)."""

    unit_code: str | None
    open: int
    overdue: int
    soon: int


def load_by_unit(session: Session, staff: Staff, now: datetime, soon_before: datetime, category: str | None) -> list[UnitLoad]:
    running = Ticket.status.in_(RUNNING)
    query = (
        select(
            Ticket.unit_code,
            func.count(),
            func.count().filter(and_(running, Ticket.due_at < now)),
            func.count().filter(and_(running, Ticket.due_at >= now, Ticket.due_at <= soon_before)),
        )
        .where(Ticket.status.in_(OPEN_STATES), *([Ticket.category == category] if category else []))
        .group_by(Ticket.unit_code)
    )
    return [UnitLoad(*row) for row in session.execute(visible_to(staff, query))]


def points(session: Session, staff: Staff, category: str | None, limit: int = 2000) -> Sequence[Ticket]:
    """Open tickets that have a point, the most pressing first."""
    query = select(Ticket).where(Ticket.status.in_(OPEN_STATES), Ticket.lat.is_not(None), Ticket.lon.is_not(None))
    if category:
        query = query.where(Ticket.category == category)
    return session.scalars(visible_to(staff, query).order_by(Ticket.due_at).limit(limit)).all()
