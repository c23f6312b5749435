"""Taking the invented year out again, and what people did to it while trying the product. Real data stays."""

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from api.citizens.models import Citizen
from api.conversations.models import Conversation, Message
from api.tickets.models import Status, Ticket, TicketEvent, TicketPhoto, TicketRating, TicketReporter
from api.tickets.rules import Deed


def remove(session: Session) -> int:
    """Delete every ticket, conversation and citizen marked as demo; returns the number of tickets.

    Counters stay where they are: a number once given is never given again. A real ticket that was merged into an invented
    one is taken out of it first.
    """
    _set_free(session)
    invented = select(Conversation.id).where(Conversation.demo)
    count = session.scalar(select(func.count()).select_from(Ticket).where(Ticket.demo)) or 0
    # a report written in a demo thread while trying the product belongs to it
    of_demo = or_(Ticket.demo, Ticket.conversation_id.in_(invented))
    doomed = select(Ticket.id).where(of_demo)
    # what hangs on them goes first and by table: much quicker than a cascade for each row
    for table in (TicketEvent, TicketRating, TicketReporter, TicketPhoto):
        session.execute(delete(table).where(table.ticket_id.in_(doomed)))
    session.execute(delete(Message).where(Message.conversation_id.in_(invented)))
    session.execute(update(Ticket).where(of_demo, Ticket.merged_into_id.is_not(None)).values(merged_into_id=None))
    session.execute(delete(Ticket).where(of_demo))
    session.execute(delete(Conversation).where(Conversation.demo))
    session.execute(delete(Citizen).where(Citizen.demo))
    session.expire_all()
    return count


def _set_free(session: Session) -> None:
    invented = select(Ticket.id).where(Ticket.demo)
    freed = session.scalars(
        update(Ticket)
        .where(Ticket.merged_into_id.in_(invented), Ticket.demo.is_(False))
        .values(merged_into_id=None, status=Status.NEW, version=Ticket.version + 1)
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    ).all()
    event = {"kind": Deed.UNMERGE, "actor": "clock", "from_status": Status.MERGED, "to_status": Status.NEW, "data": {}}
    for ticket_id in freed:
        session.execute(insert(TicketEvent).values(ticket_id=ticket_id, at=func.now(), public=False, **event))
