"""What happened to tickets in a period, read from their rows and events."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Select, cast, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from api.metrics.rules import Fact, Facts, Period
from api.metrics.scope import Scope
from api.metrics.worktime import WorkTime
from api.tickets.models import Status, Ticket, TicketEvent, TicketRating
from api.tickets.rules import Deed

RUNNING = (Status.NEW, Status.IN_PROGRESS)
Rows = Select[*tuple[Any, ...]]
_WHAT = (Ticket.id, Ticket.department_code, Ticket.category, Ticket.unit_code, Ticket.channel)


def facts(session: Session, period: Period, scope: Scope, now: datetime, work: WorkTime) -> Facts:
    """One list a kind of happening, within the scope. `work` measures how long things took."""
    return Facts(
        opened=_facts(session, scope, _opened(period)),
        answered=_facts(session, scope, _answered(period), work=work),
        solved=_facts(session, scope, _solved(period), "due_at", "rated", work=work),
        rated=_facts(session, scope, _rated(period), "score"),
        reopened=_facts(session, scope, _reopened(period)),
        overdue=_facts(session, scope, _late_now(now) if period.end >= now else _late_at(period.end)),
    )


def _facts(session: Session, scope: Scope, query: Rows, *more: str, work: WorkTime | None = None) -> list[Fact]:
    """`query` gives _WHAT, a moment, with `work` the moment of opening, and the columns named in `more`."""
    names = ("at", *(["opened_at"] if work else []), *more)
    made = []
    for row in session.execute(query.where(*scope.conditions())):
        rest = dict(zip(names, row[5:], strict=True))
        if work:
            rest["minutes"] = work.minutes_between(rest.pop("opened_at"), rest["at"])
        made.append(Fact(*row[:5], **rest))
    return made


def _within(column: Any, period: Period) -> ColumnElement[bool]:
    inside: ColumnElement[bool] = (column >= period.start) & (column < period.end)
    return inside


def _opened(period: Period) -> Rows:
    return select(*_WHAT, Ticket.opened_at).where(_within(Ticket.opened_at, period))


def _answered(period: Period) -> Rows:
    query = select(*_WHAT, Ticket.first_answered_at, Ticket.opened_at)
    return query.where(_within(Ticket.first_answered_at, period))


def _solved(period: Period) -> Rows:
    # the due moment of that solution is kept with it: the ticket's own moves on when it is reopened
    due = func.coalesce(cast(TicketEvent.data["due_at"].astext, DateTime(timezone=True)), Ticket.due_at)
    rated = exists().where(TicketRating.ticket_id == Ticket.id, TicketRating.at >= TicketEvent.at)
    query = select(*_WHAT, TicketEvent.at, Ticket.opened_at, due, rated).join(TicketEvent, TicketEvent.ticket_id == Ticket.id)
    return query.where(TicketEvent.kind == Deed.RESOLVE, _within(TicketEvent.at, period))


def _rated(period: Period) -> Rows:
    query = select(*_WHAT, TicketRating.at, TicketRating.score).join(TicketRating, TicketRating.ticket_id == Ticket.id)
    return query.where(_within(TicketRating.at, period))


def _reopened(period: Period) -> Rows:
    query = select(*_WHAT, TicketEvent.at).join(TicketEvent, TicketEvent.ticket_id == Ticket.id)
    return query.where(TicketEvent.kind == Deed.REOPEN, _within(TicketEvent.at, period))


def _late_now(now: datetime) -> Rows:
    return select(*_WHAT, Ticket.due_at).where(Ticket.status.in_(RUNNING), Ticket.due_at < now)


def _late_at(moment: datetime) -> Rows:
    """Late at a past moment: the clock had marked it, nothing gave it more time since, and it was running then."""
    then = select(TicketEvent.ticket_id, TicketEvent.to_status).ext(distinct_on(TicketEvent.ticket_id))
    state = then.where(TicketEvent.at <= moment).order_by(TicketEvent.ticket_id, TicketEvent.id.desc()).subquery()
    marks = select(TicketEvent.ticket_id, TicketEvent.kind, TicketEvent.at).ext(distinct_on(TicketEvent.ticket_id))
    clock = TicketEvent.kind.in_([Deed.OVERDUE, Deed.EXTEND, Deed.REOPEN])
    mark = marks.where(TicketEvent.at <= moment, clock).order_by(TicketEvent.ticket_id, TicketEvent.id.desc()).subquery()
    query = select(*_WHAT, mark.c.at).join(state, state.c.ticket_id == Ticket.id).join(mark, mark.c.ticket_id == Ticket.id)
    return query.where(state.c.to_status.in_(RUNNING), mark.c.kind == Deed.OVERDUE)


def has_demo(session: Session) -> bool:
    """Whether invented history is loaded: screens say so."""
    return bool(session.scalar(select(exists().where(Ticket.demo))))
