"""Words on their way to a citizen: a row first, then the channel, in order, with retries."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.channels.contract import Address, Button, OutgoingMessage
from api.channels.registry import channel
from api.conversations.models import Conversation, Message, OutStatus
from api.core import jobs
from api.core.db import notify
from api.core.errors import OutsideFailure
from api.core.text import nfc

IMMEDIATE = {"web"}  # channels whose page reads the row itself
MAX_ATTEMPTS = 8


def say(
    session: Session,
    conversation_id: uuid.UUID,
    message: OutgoingMessage,
    *,
    author: str,
    now: datetime,
    reply_to_id: int | None = None,
    staff_id: int | None = None,
) -> Message:
    """Send one message to the citizen: stored now, delivered by a job (at once where the page reads the row).

    `author`: bot, staff or system (a notice about a ticket).
    """
    # the lock keeps the thread's ids in their order of appearance: see intake.lock_thread
    conversation = session.get_one(Conversation, conversation_id, with_for_update={"key_share": True}, populate_existing=True)
    # nobody is at the other end of invented history: nothing of it ever leaves for a real channel
    immediate = conversation.demo or conversation.channel in IMMEDIATE
    extra = {"buttons": [button.__dict__ for button in message.buttons], "card": message.card}
    row = Message(
        conversation_id=conversation_id,
        direction="out",
        author=author,
        kind="text",
        text=nfc(message.text),
        extra={key: value for key, value in extra.items() if value},
        media_ids=list(message.media_ids),
        status=OutStatus.SENT if immediate else OutStatus.QUEUED,
        reply_to_id=reply_to_id,
        staff_id=staff_id,
        created_at=now,
        done_at=now if immediate else None,
    )
    session.add(row)
    session.flush()
    conversation.last_message_at = now
    if not immediate:
        enqueue_delivery(session, conversation_id)
    notify(session, "conversation", str(conversation_id))
    return row


def enqueue_delivery(session: Session, conversation_id: uuid.UUID, at: datetime | None = None) -> None:
    key = str(conversation_id)
    jobs.enqueue(session, "conversations.deliver", lock=f"deliver:{key}", once=f"deliver:{key}", at=at, conversation_id=key)


def next_queued(session: Session, conversation_id: uuid.UUID) -> Message | None:
    """The oldest message that still waits; the order of a conversation is the order of its ids."""
    return session.scalar(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.status == OutStatus.QUEUED)
        .order_by(Message.id)
        .limit(1)
        .with_for_update()
    )


def outgoing_of(row: Message) -> OutgoingMessage:
    buttons = tuple(Button(**button) for button in row.extra.get("buttons", []))
    return OutgoingMessage(row.text, buttons, row.extra.get("card"), tuple(row.media_ids))


def attempt(conversation: Conversation, row: Message, now: datetime) -> None:
    """Hand one message to its channel and note what became of it. Raises `OutsideFailure` if it is to be tried again."""
    to = Address(conversation.channel, conversation.account, conversation.chat_id)
    row.attempts += 1
    try:
        external_id = channel(conversation.channel).send(to, outgoing_of(row), key=str(row.id))
    except OutsideFailure as failure:
        row.error = str(failure)[:500]
        if not failure.permanent and row.attempts < MAX_ATTEMPTS:
            raise
        row.status, row.done_at = OutStatus.FAILED, now
        return
    row.status, row.external_id, row.error, row.done_at = OutStatus.SENT, external_id, None, now
