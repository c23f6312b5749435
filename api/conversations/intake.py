"""The door: a message is stored once and its turn enqueued, in one transaction. Only then does the edge acknowledge it."""

import json
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.channels import accounts
from api.channels.contract import IncomingMessage, Kind
from api.channels.registry import PLATFORMS
from api.citizens.service import identify
from api.conversations import windows
from api.conversations.models import Conversation, InStatus, Message
from api.core import jobs
from api.core.db import notify
from api.core.errors import DomainError
from api.core.text import nfc
from api.core.words import number

MAX_TEXT = 4000  # characters; a longer message is refused with a sentence, not cut
MAX_PLATFORM_TEXT = 8000  # a platform cannot be refused anything; more than this none of them carries
ALBUM_SETTLES = timedelta(seconds=1.5)  # photos of one album come as messages of their own, within a second
TURN, TURN_LOCK, TURN_PRIORITY = "conversations.turn", "turn:", 10
_BUTTON = re.compile(r"m(\d{1,9}):(\d{1,3})")


class TextTooLong(DomainError):
    code = "text_too_long"
    status = 413
    message = f"Tin nhắn dài quá (tối đa {number(MAX_TEXT)} ký tự). Anh/chị chia thành vài tin giúp em nhé."


class EmptyMessage(DomainError):
    code = "empty_message"
    message = "Tin nhắn đang trống, anh/chị viết nội dung hoặc gửi ảnh giúp em nhé."


def receive(session: Session, incoming: IncomingMessage, now: datetime) -> Message | None:
    """Store one message and enqueue its turn. Returns None if there is nothing new: the same message had been stored
    before, or it corrects one that has been overtaken (which is then kept as an event).
    """
    text = text_of(incoming)
    conversation = conversation_of(session, incoming, now)
    lock_thread(session, conversation)
    if incoming.edit_of and not _still_latest(session, conversation, incoming.edit_of):
        accounts.keep_event(session, incoming.channel, incoming.account, "ignored", json.dumps(dict(incoming.raw)), now)
        return None
    head = _album(session, conversation, incoming)
    if head and incoming.message_id in head.extra["album"]:
        return None
    if head and head.status == InStatus.RECEIVED and not head.attempts:
        message: Message | None = _joined(session, head, incoming, text, now)
    else:
        message = _store(session, conversation, incoming, text, now, opens_album=bool(incoming.album) and head is None)
    if message is None:
        return None
    conversation.last_message_at = now
    conversation.unreachable_at = None  # who writes can be written to
    windows.wrote(session, conversation, now)
    enqueue_turn(session, conversation, at=message.not_before)
    if incoming.receipt:
        _confirm(session, incoming)
    notify(session, "conversation", str(conversation.id))
    return message


def text_of(incoming: IncomingMessage) -> str:
    text = nfc(incoming.text).strip()
    if incoming.channel in PLATFORMS:
        return text[:MAX_PLATFORM_TEXT]
    if len(text) > MAX_TEXT:
        raise TextTooLong
    return text


def _confirm(session: Session, incoming: IncomingMessage) -> None:
    call: dict[str, Any] = {"channel": incoming.channel, "account": incoming.account, "receipt": incoming.receipt}
    jobs.enqueue(session, "channels.confirm", priority=20, **call)


def lock_thread(session: Session, conversation: Conversation) -> None:
    """Writers of one thread go one after the other, so message ids become visible in their order and no stream skips one."""
    session.refresh(conversation, with_for_update={"key_share": True})


def enqueue_turn(session: Session, conversation: Conversation, at: datetime | None = None) -> None:
    """Have the conversation's waiting messages handled, in order, by one job at a time."""
    jobs.enqueue_all(session, [turn_job(conversation.id, at)])


def turn_job(conversation_id: uuid.UUID, at: datetime | None = None) -> jobs.Job:
    lock = f"{TURN_LOCK}{conversation_id}"
    return jobs.Job(TURN, {"conversation_id": str(conversation_id)}, lock=lock, once=lock, at=at, priority=TURN_PRIORITY)


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


def _still_latest(session: Session, conversation: Conversation, original: str) -> bool:
    """Whether nothing came from the citizen after the message that is corrected (or its last correction)."""
    query = select(Message.external_id).where(Message.conversation_id == conversation.id, Message.direction == "in")
    latest = session.scalar(query.order_by(Message.id.desc()).limit(1)) or ""
    return latest == original or latest.startswith(f"{original}:edit:")


def _album(session: Session, conversation: Conversation, incoming: IncomingMessage) -> Message | None:
    """The message that already holds photos of the same album."""
    if not incoming.album:
        return None
    same = (Message.conversation_id == conversation.id, Message.external_id == f"album:{incoming.album}")
    return session.scalar(select(Message).where(*same).with_for_update())


def _joined(session: Session, head: Message, incoming: IncomingMessage, text: str, now: datetime) -> Message:
    """One more photo for an album whose turn has not come."""
    head.text = "\n".join(filter(None, [head.text, text]))
    head.extra = head.extra | {
        "album": [*head.extra["album"], incoming.message_id],
        "media": [*head.extra.get("media", []), *_to_fetch(incoming)],
    }
    head.raw = (head.raw or {}) | {"album": [*(head.raw or {}).get("album", []), dict(incoming.raw)]}
    head.not_before = now + ALBUM_SETTLES
    session.flush()
    return head


def _to_fetch(incoming: IncomingMessage) -> list[dict[str, str | None]]:
    return [media.__dict__ for media in incoming.media if media.media_id is None]


def _store(
    session: Session, conversation: Conversation, incoming: IncomingMessage, text: str, now: datetime, *, opens_album: bool
) -> Message | None:
    pressed = _pressed(session, conversation, incoming)
    extra = extra_of(incoming)
    if pressed.get("payload"):
        extra["payload"] = pressed["payload"]
    if opens_album:
        extra["album"] = [incoming.message_id]
    row = {
        "conversation_id": conversation.id,
        "direction": "in",
        "author": "citizen",
        "kind": str(incoming.kind),
        "text": text or pressed.get("title", ""),
        "extra": extra,
        "media_ids": [m.media_id for m in incoming.media if m.media_id],
        "external_id": f"album:{incoming.album}" if opens_album else incoming.message_id,
        "status": InStatus.RECEIVED,
        "raw": dict(incoming.raw) or None,
        "attempts": 0,
        "created_at": now,
        "not_before": now + ALBUM_SETTLES if opens_album else None,
    }
    return session.scalar(insert(Message).values(row).on_conflict_do_nothing().returning(Message))


def extra_of(incoming: IncomingMessage) -> dict[str, Any]:
    """What a message carries beside its words."""
    extra: dict[str, Any] = {
        "payload": incoming.payload,
        "lat": incoming.lat,
        "lon": incoming.lon,
        "phone": incoming.phone,
        "media": _to_fetch(incoming) or None,
        "edited": True if incoming.edit_of else None,
    }
    return {key: value for key, value in extra.items() if value is not None}


def _pressed(session: Session, conversation: Conversation, incoming: IncomingMessage) -> dict[str, str]:
    """The button behind a short name, from our own message in this very thread; empty if there is none."""
    found = _BUTTON.fullmatch(incoming.button or "")
    if incoming.kind != Kind.BUTTON or not found:
        return {}
    query = select(Message.extra).where(
        Message.id == int(found[1]), Message.conversation_id == conversation.id, Message.direction == "out"
    )
    buttons: list[dict[str, str]] = (session.scalar(query) or {}).get("buttons", [])
    return dict(enumerate(buttons)).get(int(found[2]), {})
