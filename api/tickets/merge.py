"""Duplicates: many reports of one thing become one ticket, and every reporter hears of it. It can be undone without loss."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.core.errors import Conflict
from api.departments.models import Staff
from api.tickets.access import require
from api.tickets.change import change
from api.tickets.models import Ticket, TicketEvent, TicketReporter
from api.tickets.queries import merged_into, reporters
from api.tickets.rules import OPEN_STATES, Deed
from api.tickets.work import resume_clock


class CannotMerge(Conflict):
    code = "cannot_merge"
    message = "Không gộp được hai phản ánh này."


def merge(session: Session, duplicate: Ticket, main: Ticket, staff: Staff, now: datetime) -> TicketEvent:
    """Make `duplicate` part of `main`: its reporters, and those of its own duplicates, hear of `main` from now on."""
    require(staff, duplicate, Deed.MERGE)
    require(staff, main, Deed.MERGE)
    # who has already been answered gets no second answer: the reporters of a duplicate would wait for ever
    if duplicate.id == main.id or main.status not in OPEN_STATES:
        raise CannotMerge
    resume_clock(session, duplicate, now)
    carried = merged_into(session, duplicate.id)
    for copy in [duplicate, *carried]:
        copy.merged_into_id = main.id
    _join(session, duplicate, main)
    told = {"into": main.number, "carried": [copy.number for copy in carried] or None}
    return change(session, duplicate, Deed.MERGE, now, actor="staff", staff_id=staff.id, **told)


def _join(session: Session, duplicate: Ticket, main: Ticket) -> None:
    known = {reporter.conversation_id for reporter in reporters(session, main.id)}
    for reporter in reporters(session, duplicate.id):
        if reporter.conversation_id not in known:
            session.add(TicketReporter(ticket_id=main.id, conversation_id=reporter.conversation_id, number=reporter.number))
    session.flush()


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
    _take_back(session, duplicate, main)
    for other in merged_into(session, main.id):
        # somebody who reported twice still hears of `main` through the other duplicate
        _join(session, other, main)
    return change(session, duplicate, Deed.UNMERGE, now, actor="staff", staff_id=staff.id, out_of=main.number)


def _take_back(session: Session, duplicate: Ticket, main: Ticket) -> None:
    """`duplicate` leaves `main`, and with it the duplicates of its own that it had brought along."""
    last = select(TicketEvent.data).where(TicketEvent.ticket_id == duplicate.id, TicketEvent.kind == Deed.MERGE)
    carried = (session.scalar(last.order_by(TicketEvent.id.desc()).limit(1)) or {}).get("carried", [])
    duplicate.merged_into_id = None
    for copy in merged_into(session, main.id):
        if copy.number in carried:
            copy.merged_into_id = duplicate.id
    session.flush()
