"""Reads of tickets: by number, of a citizen, as a queue, as a timeline."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from api.conversations.models import Conversation, Media
from api.core.errors import NotFound
from api.core.text import fold
from api.departments.models import Staff
from api.tickets import order
from api.tickets.access import SEES_ALL
from api.tickets.models import Status, Ticket, TicketEvent, TicketPhoto, TicketReporter
from api.tickets.rules import OPEN_STATES

S = TypeVar("S", bound=Select[*tuple[Any, ...]])


class NoSuchTicket(NotFound):
    code = "no_such_ticket"
    message = "Em không tìm thấy phản ánh này, anh/chị xem lại mã giúp em nhé."


def by_number(session: Session, number: str, *, lock: bool = False) -> Ticket:
    """The ticket of that number (any writing: "hd26000123"). Raises `NoSuchTicket`. `lock`: for a change."""
    query = select(Ticket).where(Ticket.number == normal_number(number))
    ticket = session.scalar(query.with_for_update() if lock else query)
    if ticket is None:
        raise NoSuchTicket
    return ticket


def normal_number(said: str) -> str:
    """A number however it was written.

    >>> normal_number("hd 26 123"), normal_number("HD26000123")
    ('HD-26-000123', 'HD-26-000123')
    """
    letters = "".join(c for c in said.upper() if c.isalpha())
    digits = "".join(c for c in said if c.isdigit())
    return f"{letters}-{digits[:2]}-{digits[2:].zfill(6)[:6]}" if len(digits) > 2 else said.upper().strip()


def _of_citizen(conversation_id: uuid.UUID) -> Select[uuid.UUID]:
    """Ids of the tickets whose news the citizen of this conversation gets, here or in another linked channel."""
    owner = select(Conversation.citizen_id).where(Conversation.id == conversation_id).scalar_subquery()
    thread = Conversation.id == TicketReporter.conversation_id
    return select(TicketReporter.ticket_id).join(Conversation, thread).where(Conversation.citizen_id == owner)


def of_conversation(session: Session, conversation_id: uuid.UUID, limit: int = 10) -> Sequence[Ticket]:
    """The tickets of whoever writes in this conversation, newest first: those of linked channels are among them."""
    mine = Ticket.id.in_(_of_citizen(conversation_id))
    return session.scalars(select(Ticket).where(mine).order_by(Ticket.opened_at.desc()).limit(limit)).all()


def reporting_thread(session: Session, ticket_id: uuid.UUID, conversation_id: uuid.UUID) -> uuid.UUID | None:
    """The conversation that reported the ticket: this one, or a linked one of the same citizen. None for a stranger."""
    if session.get(TicketReporter, (ticket_id, conversation_id)) is not None:
        return conversation_id
    owner = select(Conversation.citizen_id).where(Conversation.id == conversation_id).scalar_subquery()
    thread = Conversation.id == TicketReporter.conversation_id
    query = select(TicketReporter.conversation_id).join(Conversation, thread)
    query = query.where(TicketReporter.ticket_id == ticket_id, Conversation.citizen_id == owner)
    return session.scalar(query.order_by(TicketReporter.conversation_id).limit(1))


def reported_by(session: Session, ticket_id: uuid.UUID, conversation_id: uuid.UUID) -> bool:
    return reporting_thread(session, ticket_id, conversation_id) is not None


def reporters(session: Session, ticket_id: uuid.UUID) -> Sequence[TicketReporter]:
    query = select(TicketReporter).where(TicketReporter.ticket_id == ticket_id)
    # one order everywhere: whoever locks several threads locks them alike
    return session.scalars(query.order_by(TicketReporter.conversation_id)).all()


def timeline(session: Session, ticket_id: uuid.UUID, *, public_only: bool = False) -> Sequence[TicketEvent]:
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.id)
    return session.scalars(query.where(TicketEvent.public) if public_only else query).all()


def photos_of(session: Session, ticket_id: uuid.UUID) -> Sequence[tuple[Media, str]]:
    """(photo, "before" or "after"), oldest first."""
    query = select(Media, TicketPhoto.moment).join(TicketPhoto, TicketPhoto.media_id == Media.id)
    rows = session.execute(query.where(TicketPhoto.ticket_id == ticket_id).order_by(Media.created_at))
    return [(media, moment) for media, moment in rows]


def merged_into(session: Session, ticket_id: uuid.UUID) -> Sequence[Ticket]:
    return session.scalars(select(Ticket).where(Ticket.merged_into_id == ticket_id).order_by(Ticket.opened_at)).all()


@dataclass(frozen=True)
class Filters:
    """What a queue is narrowed to; empty means everything that the person may see."""

    states: tuple[str, ...] = tuple(OPEN_STATES)
    department: str | None = None
    category: str | None = None
    unit_code: str | None = None
    channel: str | None = None
    priority: str | None = None
    signal: str | None = None  # a mark of urgency
    due: str | None = None  # overdue | soon | ok
    mine: bool = False
    search: str = ""
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    soon_before: datetime | None = field(default=None)  # with due=soon: until when


@dataclass(frozen=True)
class Page:
    rows: Sequence[Ticket]
    next_cursor: str | None


def queue(session: Session, staff: Staff, filters: Filters, now: datetime, cursor: str | None = None, limit: int = 50) -> Page:
    """The person's queue in the order of `api.tickets.order`. `cursor` continues where a page ended."""
    query = visible_to(staff, select(Ticket)).where(*conditions(staff, filters, now))
    ordered_at = order.moment_of(cursor, now)
    if cursor:
        query = query.where(order.later_than(cursor))
    rows = session.scalars(query.order_by(order.rank(ordered_at), Ticket.due_at, Ticket.number).limit(limit + 1)).all()
    more = rows[limit - 1] if len(rows) > limit else None
    return Page(rows[:limit], order.cursor_after(more, ordered_at) if more else None)


def visible_to(staff: Staff, query: S) -> S:
    """`query` over Ticket, narrowed to what this person may see."""
    return query if staff.role in SEES_ALL else query.where(Ticket.department_code == staff.department_code)


def conditions(staff: Staff, f: Filters, now: datetime) -> list[ColumnElement[bool]]:
    equal = {
        Ticket.department_code: f.department,
        Ticket.category: f.category,
        Ticket.unit_code: f.unit_code,
        Ticket.channel: f.channel,
        Ticket.priority: f.priority,
        Ticket.assignee_id: staff.id if f.mine else None,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if f.states:
        conditions.append(Ticket.status.in_(f.states))
    if f.signal:
        conditions.append(Ticket.signals.has_key(f.signal))
    if f.opened_from:
        conditions.append(Ticket.opened_at >= f.opened_from)
    if f.opened_to:
        conditions.append(Ticket.opened_at < f.opened_to)
    conditions += [Ticket.folded.contains(word, autoescape=True) for word in fold(f.search).split()]
    return conditions + _due_conditions(f, now)


def _due_conditions(f: Filters, now: datetime) -> list[ColumnElement[bool]]:
    running = and_(Ticket.status.in_([Status.NEW, Status.IN_PROGRESS]))
    soon = f.soon_before or now
    return {
        "overdue": [running, Ticket.due_at < now],
        "soon": [running, Ticket.due_at >= now, Ticket.due_at <= soon],
        "ok": [running, Ticket.due_at > soon],
    }.get(f.due or "", [])


def page_of_conversation(
    session: Session, conversation_id: uuid.UUID, cursor: str | None, limit: int
) -> tuple[Sequence[Ticket], str | None]:
    """A citizen's tickets, newest first; `cursor` is the number at which the page before ended."""
    query = select(Ticket).where(Ticket.id.in_(_of_citizen(conversation_id)))
    if cursor:
        query = query.where(Ticket.number < normal_number(cursor))
    rows = session.scalars(query.order_by(Ticket.number.desc()).limit(limit + 1)).all()
    return rows[:limit], rows[limit - 1].number if len(rows) > limit else None
