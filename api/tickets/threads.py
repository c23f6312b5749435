"""Which conversations staff may read and answer: threads belong to whoever owns their tickets."""

import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from api.conversations.models import Conversation, Media, Message, Mode
from api.core.errors import Forbidden, NotFound
from api.departments.models import Role, Staff
from api.tickets.access import SEES_ALL
from api.tickets.models import Ticket, TicketPhoto, TicketReporter

S = TypeVar("S", bound=Select[*tuple[Any, ...]])
ANSWERS_ANYONE = {Role.DISPATCHER, Role.ADMIN}


def visible_threads(staff: Staff, query: S) -> S:
    """`query` over Conversation, narrowed: clerks and heads see the threads that reported a ticket of their department."""
    if staff.role in SEES_ALL:
        return query
    own = (
        exists()
        .where(TicketReporter.conversation_id == Conversation.id)
        .where(TicketReporter.ticket_id == Ticket.id, Ticket.department_code == staff.department_code)
    )
    return query.where(own)


def may_see_thread(session: Session, staff: Staff, conversation_id: uuid.UUID) -> bool:
    query = select(Conversation.id).where(Conversation.id == conversation_id)
    return session.scalar(visible_threads(staff, query)) is not None


def thread(session: Session, staff: Staff, conversation_id: uuid.UUID) -> Conversation:
    """The conversation; one that this person may not see answers like one that does not exist."""
    query = select(Conversation).where(Conversation.id == conversation_id)
    found = session.scalar(visible_threads(staff, query))
    if found is None:
        raise NotFound("Không tìm thấy cuộc trò chuyện này.")
    return found


def require_answering(staff: Staff, conversation: Conversation) -> None:
    """Leaders read only; everybody else answers what they may see, once they have taken it over."""
    if staff.role == Role.LEADER:
        raise Forbidden


def may_release(staff: Staff, conversation: Conversation) -> bool:
    """Whoever took it over, or the dispatchers where that person went home."""
    if conversation.mode != Mode.HUMAN or staff.role == Role.LEADER:
        return False
    return conversation.staff_id == staff.id or staff.role in ANSWERS_ANYONE


def listed(session: Session, staff: Staff, *, only_waiting: bool = False, limit: int = 60) -> Sequence[Conversation]:
    """Threads that want a person first, then those in a person's hands, then the rest, each the latest first."""
    query = visible_threads(staff, select(Conversation))
    if only_waiting:
        query = query.where(or_(Conversation.wants_human, Conversation.mode == Mode.HUMAN))
    order = (Conversation.wants_human.desc(), (Conversation.mode == Mode.HUMAN).desc(), Conversation.last_message_at.desc())
    return session.scalars(query.order_by(*order).limit(limit)).all()


def wanting(session: Session, staff: Staff) -> int:
    """How many citizens wait for a person."""
    query = visible_threads(staff, select(Conversation.id).where(Conversation.wants_human, Conversation.mode == Mode.BOT))
    return len(session.scalars(query).all())


def last_messages(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Message]:
    """The newest message of each of these threads."""
    query = select(Message).where(Message.conversation_id.in_(ids)).ext(distinct_on(Message.conversation_id))
    rows = session.scalars(query.order_by(Message.conversation_id, Message.id.desc()))
    return {row.conversation_id: row for row in rows}


def may_see_photo(session: Session, staff: Staff, media: Media) -> bool:
    """A photo of a ticket or thread that this person may see, or one's own upload."""
    if staff.role in SEES_ALL or media.staff_id == staff.id:
        return True
    of_ticket = exists().where(
        TicketPhoto.media_id == media.id,
        TicketPhoto.ticket_id == Ticket.id,
        Ticket.department_code == staff.department_code,
    )
    if session.scalar(select(of_ticket)):
        return True
    said = select(Conversation.id).where(
        or_(
            Conversation.id == media.conversation_id,
            exists().where(and_(Message.conversation_id == Conversation.id, Message.media_ids.contains([str(media.id)]))),
        )
    )
    return session.scalar(visible_threads(staff, said).limit(1)) is not None
