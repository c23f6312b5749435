"""Words on their way to a citizen: a row first, then the channel, in order. The way itself is in `delivery`."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from api.channels.contract import Button, OutgoingMessage
from api.channels.registry import CHANNELS, channel
from api.channels.render import fitting
from api.conversations.models import Conversation, Message, OutStatus
from api.core import jobs
from api.core.db import notify
from api.core.errors import Conflict, NotFound
from api.core.text import nfc

IMMEDIATE = {"web"}  # channels whose page reads the row itself


class NotLost(Conflict):
    code = "not_lost"
    message = "Tin này đã gửi hoặc đang chờ gửi, không cần gửi lại."


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
    conversation = locked(session, conversation_id)
    # nobody is at the other end of invented history: nothing of it ever leaves for a real channel
    immediate = conversation.demo or conversation.channel in IMMEDIATE
    extra = {"buttons": [button.__dict__ for button in _buttons(conversation, message)], "card": message.card}
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


def locked(session: Session, conversation_id: uuid.UUID) -> Conversation:
    """The thread, so that its ids appear in their order (intake.lock_thread) and its deliverer overlooks no message."""
    session.flush()
    return session.get_one(Conversation, conversation_id, with_for_update={"key_share": True}, populate_existing=True)


def _buttons(conversation: Conversation, message: OutgoingMessage) -> tuple[Button, ...]:
    """What is kept is what is offered: a choice that the channel cannot show must not take a number."""
    if conversation.channel not in CHANNELS:
        return message.buttons
    return fitting(message.buttons, channel(conversation.channel).capabilities)


def enqueue_delivery(session: Session, conversation_id: uuid.UUID, at: datetime | None = None) -> None:
    key = str(conversation_id)
    lock = f"deliver:{key}"
    # as urgent as a turn: under load, answers must not wait until every question is answered
    jobs.enqueue(session, "conversations.deliver", lock=lock, once=lock, at=at, priority=10, conversation_id=key)


def outgoing_of(row: Message) -> OutgoingMessage:
    buttons = tuple(Button(**button) for button in row.extra.get("buttons", []))
    return OutgoingMessage(row.text, buttons, row.extra.get("card"), tuple(row.media_ids))


def resend(session: Session, message_id: int, now: datetime) -> Message:
    """A person sends a lost message again: one that failed for good, or whose end is unknown. Raises `NotLost`, `NotFound`."""
    found = session.get(Message, message_id)
    if found is None or found.direction != "out":
        raise NotFound("Không tìm thấy tin nhắn này.")
    conversation = locked(session, found.conversation_id)
    row = session.get_one(Message, message_id, with_for_update=True, populate_existing=True)
    if row.status not in {OutStatus.FAILED, OutStatus.UNKNOWN}:
        raise NotLost
    row.status, row.attempts, row.error, row.done_at, row.queued_at = OutStatus.QUEUED, 0, None, None, now
    row.external_id = None
    row.extra = {key: value for key, value in row.extra.items() if key != "way"}
    # the citizen may have opened the account again; if not, the platform says so
    conversation.unreachable_at = None
    session.flush()
    enqueue_delivery(session, row.conversation_id)
    notify(session, "conversation", str(row.conversation_id))
    return row
