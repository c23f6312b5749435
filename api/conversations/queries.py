"""Reads of threads and messages."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.conversations.models import Conversation, Message, Mode
from api.departments.models import Department, Staff


def history(session: Session, conversation_id: uuid.UUID, after: int = 0, limit: int = 200) -> Sequence[Message]:
    """Messages with an id above `after`, oldest first."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.id > after)
    return session.scalars(query.order_by(Message.id).limit(limit)).all()


def latest(session: Session, conversation_id: uuid.UUID, limit: int = 100, before: int | None = None) -> Sequence[Message]:
    """The last `limit` messages (with an id below `before`), oldest first."""
    query = select(Message).where(Message.conversation_id == conversation_id)
    if before is not None:
        query = query.where(Message.id < before)
    return list(reversed(session.scalars(query.order_by(Message.id.desc()).limit(limit)).all()))


def recent_photo_ids(session: Session, conversation_id: uuid.UUID, since: datetime) -> list[str]:
    """Ids of the photos that the citizen sent since a moment, in order, each once."""
    query = select(Message.media_ids).where(
        Message.conversation_id == conversation_id, Message.direction == "in", Message.created_at >= since
    )
    rows = session.scalars(query.order_by(Message.id))
    return list(dict.fromkeys(media_id for ids in rows for media_id in ids))


def senders(session: Session, rows: Iterable[Message]) -> dict[int, str]:
    """staff id → name of the department, of the clerks who wrote `rows`."""
    ids = {row.staff_id for row in rows if row.staff_id is not None and row.author == "staff"}
    if not ids:
        return {}
    query = select(Staff.id, Department.name).join(Department, Department.code == Staff.department_code)
    return {row.id: row.name for row in session.execute(query.where(Staff.id.in_(ids)))}


def threads(
    session: Session, *, mode: Mode | None = None, wants_human: bool | None = None, limit: int = 50
) -> Sequence[Conversation]:
    """Conversations for the console, the most recently active first."""
    query = select(Conversation).order_by(Conversation.last_message_at.desc()).limit(limit)
    if mode is not None:
        query = query.where(Conversation.mode == mode)
    if wants_human is not None:
        query = query.where(Conversation.wants_human == wants_human)
    return session.scalars(query).all()


def last_card_before(session: Session, conversation_id: uuid.UUID, message_id: int) -> str | None:
    """The ticket number on the last thing said before a message, if that was a notice about a ticket."""
    query = select(Message.extra, Message.author).where(
        Message.conversation_id == conversation_id, Message.direction == "out", Message.id < message_id
    )
    row = session.execute(query.order_by(Message.id.desc()).limit(1)).first()
    card = (row.extra.get("card") or {}) if row and row.author == "system" else {}
    return card.get("number") if card.get("kind") == "ticket" else None
