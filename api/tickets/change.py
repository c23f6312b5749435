"""The one place that changes a ticket's state and writes its event row."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.core import jobs
from api.core.db import notify
from api.tickets.models import Ticket, TicketEvent
from api.tickets.rules import Deed, next_status

# what staff do among themselves; everything else may be told to the citizen
INTERNAL = {
    *(Deed.NOTE, Deed.ASSIGN, Deed.WARN, Deed.OVERDUE, Deed.ESCALATE, Deed.PRIORITISE, Deed.RECATEGORISE, Deed.RETURN),
    *(Deed.MARK, Deed.UNMARK),
}


def change(
    session: Session,
    ticket: Ticket,
    deed: Deed,
    now: datetime,
    *,
    actor: str,
    staff_id: int | None = None,
    **data: Any,
) -> TicketEvent:
    """Apply one deed: the state by the table, one event row, a wake-up for screens, a job that tells the citizens.

    `actor`: citizen, staff, bot or clock. `data` is kept with the event, JSON-able.
    """
    before = ticket.status
    ticket.status = next_status(before, deed)
    return record(session, ticket, deed, now, actor=actor, staff_id=staff_id, before=before, **data)


def record(
    session: Session,
    ticket: Ticket,
    deed: Deed,
    now: datetime,
    *,
    actor: str,
    staff_id: int | None = None,
    before: str | None = None,
    **data: Any,
) -> TicketEvent:
    """Write the event row of a change already made to `ticket` (only opening calls this directly)."""
    event = TicketEvent(
        ticket_id=ticket.id,
        kind=deed,
        at=now,
        actor=actor,
        staff_id=staff_id,
        from_status=before,
        to_status=ticket.status,
        data={key: value for key, value in data.items() if value is not None},
        public=deed not in INTERNAL,
    )
    session.add(event)
    session.flush()
    if event.public and not ticket.demo:
        jobs.enqueue(session, "notifications.announce", lock=f"announce:{ticket.id}", event_id=event.id)
    notify(session, "ticket", str(ticket.id))
    return event
