"""Duplicates: many reports of one thing become one ticket, and every reporter hears of it. It can be undone without loss."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from api.core.errors import Conflict
from api.departments.models import Staff
from api.tickets.access import require
from api.tickets.change import change
from api.tickets.models import Status, Ticket, TicketEvent, TicketReporter
from api.tickets.queries import merged_into, reporters
from api.tickets.rules import Deed


class CannotMerge(Conflict):
    code = "cannot_merge"
    message = "Không gộp được hai phản ánh này."


def merge(session: Session, duplicate: Ticket, main: Ticket, staff: Staff, now: datetime) -> TicketEvent:
    """Make `duplicate` part of `main`: its reporters, and those of its own duplicates, hear of `main` from now on."""
    require(staff, duplicate, Deed.MERGE)
    require(staff, main, Deed.MERGE)
    if duplicate.id == main.id or main.status == Status.MERGED:
        raise CannotMerge
    for copy in [duplicate, *merged_into(session, duplicate.id)]:
        copy.merged_into_id = main.id
    known = {reporter.conversation_id for reporter in reporters(session, main.id)}
    for reporter in reporters(session, duplicate.id):
        if reporter.conversation_id not in known:
            session.add(TicketReporter(ticket_id=main.id, conversation_id=reporter.conversation_id, number=reporter.number))
    return change(session, duplicate, Deed.MERGE, now, actor="staff", staff_id=staff.id, into=main.number)


def unmerge(session: Session, duplicate: Ticket, main: Ticket, staff: Staff, now: datetime) -> TicketEvent:
    """Take `duplicate` out of `main` again, with its own reporters and its own clock as it was."""
    require(staff, duplicate, Deed.UNMERGE)
    if duplicate.merged_into_id != main.id:
        raise CannotMerge("Phản ánh này không nằm trong nhóm đã gộp.")
    mine = [reporter.conversation_id for reporter in reporters(session, duplicate.id)]
    session.execute(
        delete(TicketReporter).where(
            TicketReporter.ticket_id == main.id,
            TicketReporter.conversation_id.in_(mine),
            # a reporter who knows `main` by its own number stays
            TicketReporter.number != main.number,
        )
    )
    duplicate.merged_into_id = None
    return change(session, duplicate, Deed.UNMERGE, now, actor="staff", staff_id=staff.id, out_of=main.number)
