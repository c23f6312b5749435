"""The door: a message is stored once and its turn enqueued, in one transaction. Only then does the edge acknowledge it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.channels.contract import IncomingMessage
from api.citizens.service import identify
from api.conversations.models import Conversation, InStatus, Message
from api.core import jobs
from api.core.db import notify
from api.core.errors import DomainError
from api.core.text import nfc

MAX_TEXT = 4000  # characters; a longer message is refused with a sentence, not cut


class TextTooLong(DomainError):
    code = "text_too_long"
    status = 413
    message = f"Tin nhắn dài quá (tối đa {MAX_TEXT} ký tự). Anh/chị chia thành vài tin giúp em nhé."


class EmptyMessage(DomainError):
    code = "empty_message"
    message = "Tin nhắn đang trống, anh/chị viết nội dung hoặc gửi ảnh giúp em nhé."


def receive(session: Session, incoming: IncomingMessage, now: datetime) -> Message | None:
    """Store one message and enqueue its turn. Returns None if the same message had been stored before."""
    text = nfc(incoming.text).strip()
    if len(text) > MAX_TEXT:
        raise TextTooLong
    conversation = conversation_of(session, incoming, now)
    lock_thread(session, conversation)
    message = _store(session, conversation, incoming, text, now)
    if message is None:
        return None
    conversation.last_message_at = now
    enqueue_turn(session, conversation)
    notify(session, "conversation", str(conversation.id))
    return message


def lock_thread(session: Session, conversation: Conversation) -> None:
    """Writers of one thread go one after the other, so message ids become visible in their order and no stream skips one."""
    session.refresh(conversation, with_for_update={"key_share": True})


def enqueue_turn(session: Session, conversation: Conversation) -> None:
    """Have the conversation's waiting messages handled, in order, by one job at a time."""
    key = str(conversation.id)
    jobs.enqueue(session, "conversations.turn", lock=f"turn:{key}", once=f"turn:{key}", priority=10, conversation_id=key)


def conversation_of(session: Session, incoming: IncomingMessage, now: datetime) -> Conversation:
    """The thread of this chat, made at its first message."""
    address = (incoming.channel, incoming.account, incoming.chat_id)
    known = find_conversation(session, *address)
    if known:
        return known
    citizen = identify(session, incoming.channel, incoming.account, incoming.sender_id, incoming.display_name)
    return open_conversation(session, *address, citizen_id=citizen.id, now=now)


def find_conversation(session: Session, channel: str, account: str, chat_id: str) -> Conversation | None:
    return session.scalar(
        select(Conversation).where(
            Conversation.channel == channel, Conversation.account == account, Conversation.chat_id == chat_id
        )
    )


def open_conversation(
    session: Session, channel: str, account: str, chat_id: str, *, citizen_id: object, now: datetime
) -> Conversation:
    """A new thread; two first messages at once get the same one."""
    values = {"channel": channel, "account": account, "chat_id": chat_id, "citizen_id": citizen_id}
    session.execute(insert(Conversation).values(created_at=now, last_message_at=now, **values).on_conflict_do_nothing())
    made = find_conversation(session, channel, account, chat_id)
    assert made is not None, "inserted above or by the transaction that won"
    return made


def _store(session: Session, conversation: Conversation, incoming: IncomingMessage, text: str, now: datetime) -> Message | None:
    extra: dict[str, Any] = {
        "payload": incoming.payload,
        "lat": incoming.lat,
        "lon": incoming.lon,
        "phone": incoming.phone,
        "media": [m.__dict__ for m in incoming.media if m.media_id is None] or None,
    }
    row = {
        "conversation_id": conversation.id,
        "direction": "in",
        "author": "citizen",
        "kind": str(incoming.kind),
        "text": text,
        "extra": {key: value for key, value in extra.items() if value is not None},
        "media_ids": [m.media_id for m in incoming.media if m.media_id],
        "external_id": incoming.message_id,
        "status": InStatus.RECEIVED,
        "raw": dict(incoming.raw) or None,
        "attempts": 0,
        "created_at": now,
    }
    return session.scalar(insert(Message).values(row).on_conflict_do_nothing().returning(Message))
