"""The clock over all tickets: warns, marks late, escalates, closes what nobody rated."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from api.deadlines.rules import add_working_minutes
from api.deadlines.service import calendar
from api.localities.pack import pack
from api.tickets.change import change
from api.tickets.models import Priority, Status, Ticket
from api.tickets.rules import RUNNING, Deed
from api.tickets.verdict import close

ESCALATE_AFTER = timedelta(days=3)  # late for so long: looked at first


def warning_until(session: Session, now: datetime) -> datetime:
    """Tickets due before this moment count as due soon."""
    return add_working_minutes(calendar(session), now, pack()["warn_before_minutes"])


def candidates(session: Session, now: datetime) -> Sequence[uuid.UUID]:
    """Ids of the tickets that may need the clock. Only narrows: `tick` looks again under a lock."""
    soon = warning_until(session, now)
    close_before = now - timedelta(days=pack()["close_after_days"])
    running: list[ColumnElement[bool]] = [
        and_(Ticket.due_at < now, Ticket.overdue_at.is_(None)),
        and_(Ticket.due_at <= soon, Ticket.warned_at.is_(None)),
        and_(Ticket.overdue_at < now - ESCALATE_AFTER, Ticket.due_at < now, Ticket.priority == Priority.NORMAL),
    ]
    query = select(Ticket.id).where(
        or_(
            and_(Ticket.status.in_(RUNNING), or_(*running)),
            and_(Ticket.status == Status.RESOLVED, Ticket.resolved_at < close_before),
        )
    )
    return session.scalars(query).all()


def tick(session: Session, ticket_id: uuid.UUID, now: datetime) -> list[Deed]:
    """Do what the clock demands of one ticket at `now`. Returns the deeds done; running it again does nothing."""
    ticket = session.scalar(select(Ticket).where(Ticket.id == ticket_id).with_for_update(skip_locked=True))
    if ticket is None:
        return []
    return list(_deeds(session, ticket, now))


def _deeds(session: Session, ticket: Ticket, now: datetime) -> Iterator[Deed]:
    if ticket.status == Status.RESOLVED:
        if ticket.resolved_at and ticket.resolved_at < now - timedelta(days=pack()["close_after_days"]):
            close(session, ticket, now)
            yield Deed.CLOSE
        return
    if ticket.status not in RUNNING:
        return
    if ticket.due_at < now and ticket.overdue_at is None:
        ticket.overdue_at = ticket.warned_at = now
        yield _mark(session, ticket, Deed.OVERDUE, now)
    elif ticket.warned_at is None and ticket.due_at <= warning_until(session, now):
        ticket.warned_at = now
        yield _mark(session, ticket, Deed.WARN, now)
    # one that was late once and got more time since is not late now
    late_for_long = ticket.overdue_at and ticket.overdue_at < now - ESCALATE_AFTER and ticket.due_at < now
    if late_for_long and ticket.priority == Priority.NORMAL:
        ticket.priority = Priority.HIGH
        yield _mark(session, ticket, Deed.ESCALATE, now)


def _mark(session: Session, ticket: Ticket, deed: Deed, now: datetime) -> Deed:
    change(session, ticket, deed, now, actor="clock", due_at=ticket.due_at.isoformat())
    return deed
