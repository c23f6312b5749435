"""The citizen's word on a ticket: a rating, "not fixed", something to add, or that it was no emergency."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.conversations.photos import photos
from api.core.errors import Conflict, DomainError
from api.core.text import nfc
from api.deadlines.service import due_dates
from api.localities.pack import pack
from api.tickets.change import change
from api.tickets.models import Status, Ticket, TicketEvent, TicketPhoto, TicketRating
from api.tickets.queries import NoSuchTicket, reporting_thread
from api.tickets.rules import Deed, NotAllowedNow, escalated_priority, may_reopen, next_status, searchable


class TooLateToReopen(Conflict):
    code = "too_late_to_reopen"
    message = "Phản ánh này đã đóng lâu rồi. Anh/chị gửi một phản ánh mới giúp em nhé."


class BadScore(DomainError):
    code = "bad_score"
    message = "Anh/chị chọn từ 1 đến 5 sao giúp em nhé."


def rate(
    session: Session, ticket: Ticket, conversation_id: uuid.UUID, score: int, comment: str | None, now: datetime
) -> TicketRating:
    """One verdict of one reporter about this resolution; rating again before the next one changes it. Closes the ticket."""
    conversation_id = _require_reporter(session, ticket, conversation_id)
    if not 1 <= score <= 5:
        raise BadScore
    next_status(ticket.status, Deed.RATE)
    rating = _rating(session, ticket, conversation_id)
    if rating is not None and (rating.score, rating.comment) == (score, comment):
        return rating
    if rating is None:
        rating = TicketRating(ticket_id=ticket.id, conversation_id=conversation_id, round=ticket.reopen_count)
        session.add(rating)
    rating.score, rating.comment, rating.at = score, nfc(comment) if comment else rating.comment, now
    ticket.rating, ticket.rating_comment = score, rating.comment
    ticket.closed_at = ticket.closed_at or now
    change(session, ticket, Deed.RATE, now, actor="citizen", score=score, comment=rating.comment)
    return rating


def _rating(session: Session, ticket: Ticket, conversation_id: uuid.UUID) -> TicketRating | None:
    return session.scalar(
        select(TicketRating).where(
            TicketRating.ticket_id == ticket.id,
            TicketRating.conversation_id == conversation_id,
            TicketRating.round == ticket.reopen_count,
        )
    )


def reopen(session: Session, ticket: Ticket, conversation_id: uuid.UUID, reason: str | None, now: datetime) -> TicketEvent:
    """ "Chưa xong": back to the department that answered, with a fresh clock. Saying it twice reopens once."""
    _require_reporter(session, ticket, conversation_id)
    if ticket.status == Status.IN_PROGRESS and ticket.reopen_count:
        return _last_reopening(session, ticket)
    next_status(ticket.status, Deed.REOPEN)
    if not may_reopen(ticket.status, ticket.resolved_at, now, pack()["reopen_days"]):
        raise TooLateToReopen
    ticket.reopen_count += 1
    ticket.priority = escalated_priority(ticket.reopen_count, ticket.priority)
    due = due_dates(session, ticket.message_type, ticket.category, ticket.priority, now)
    ticket.due_at, ticket.deadline_rule = due.resolution_at, due.rule.code
    ticket.resolved_at = ticket.closed_at = ticket.overdue_at = ticket.warned_at = None
    ticket.rating = ticket.rating_comment = None
    words = nfc(reason).strip() if reason else None
    return change(session, ticket, Deed.REOPEN, now, actor="citizen", text=words, round=ticket.reopen_count)


def _last_reopening(session: Session, ticket: Ticket) -> TicketEvent:
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == Deed.REOPEN)
    return session.scalars(query.order_by(TicketEvent.id.desc()).limit(1)).one()


def add_words(
    session: Session, ticket: Ticket, conversation_id: uuid.UUID, text: str, now: datetime, media_ids: Sequence[str] = ()
) -> TicketEvent:
    """The citizen adds something to a running ticket: words, and photos with them."""
    _require_reporter(session, ticket, conversation_id)
    for media in photos(session, media_ids):
        session.merge(TicketPhoto(ticket_id=ticket.id, media_id=media.id, moment="before"))
    return change(session, ticket, Deed.ADD, now, actor="citizen", text=nfc(text).strip(), media_ids=list(media_ids) or None)


def add_contact(
    session: Session, ticket: Ticket, conversation_id: uuid.UUID, name: str | None, phone: str, told: str, now: datetime
) -> TicketEvent:
    """Somebody who left none can be reached from now on. `told` stands in the history: it bears neither name nor number."""
    _require_reporter(session, ticket, conversation_id)
    ticket.contact_name, ticket.contact_phone = nfc(name) if name else None, phone
    ticket.folded = searchable(ticket.folded, name, phone)
    return change(session, ticket, Deed.ADD, now, actor="citizen", text=told)


def withdraw(session: Session, ticket: Ticket, conversation_id: uuid.UUID, now: datetime) -> TicketEvent:
    """ "Không phải khẩn cấp": an urgent ticket ends that nobody has taken on yet; raises `NotAllowedNow` for any other."""
    _require_reporter(session, ticket, conversation_id)
    if ticket.message_type != "emergency":
        raise NotAllowedNow
    ticket.closed_at = now
    return change(session, ticket, Deed.WITHDRAW, now, actor="citizen")


def close(session: Session, ticket: Ticket, now: datetime) -> TicketEvent:
    """Nobody rated it within the days for that."""
    ticket.closed_at = now
    return change(session, ticket, Deed.CLOSE, now, actor="clock")


def _require_reporter(session: Session, ticket: Ticket, conversation_id: uuid.UUID) -> uuid.UUID:
    """The conversation that reported it: one citizen has one verdict, whichever linked channel it is given in."""
    thread = reporting_thread(session, ticket.id, conversation_id)
    if thread is None:
        # somebody else's number answers like one that does not exist
        raise NoSuchTicket
    return thread
