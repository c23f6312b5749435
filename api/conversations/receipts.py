"""What platforms tell of messages of ours: that they were sent, arrived on the phone, were seen."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from api.channels.contract import Receipt
from api.conversations.intake import find_conversation
from api.conversations.models import Conversation, Message, OutStatus
from api.core import jobs
from api.core.db import notify

NOTE = "conversations.note_receipt"
NOTED_LATER = timedelta(seconds=15)  # longer than a platform keeps us waiting for a message's number
ECHO_WITHIN = timedelta(minutes=10)  # of a message whose sending had an unknown end


def take(session: Session, event: Receipt, now: datetime) -> None:
    """Note one receipt. The platform may tell of a message before its answer has brought us the message's number: what finds
    no message is looked at once more.
    """
    conversation = find_conversation(session, event.channel, event.account, event.chat_id)
    if conversation is None:
        return
    if event.state == "sent":
        _settle(session, event, conversation, now)
        return
    at = event.at or now
    if note(session, conversation.id, event.message_ids, event.state, at) < len(event.message_ids):
        told = {"message_ids": list(event.message_ids), "state": event.state, "moment": at.isoformat()}
        told["conversation_id"] = str(conversation.id)
        jobs.enqueue_all(session, [jobs.Job(NOTE, told, at=now + NOTED_LATER)])


def note(session: Session, conversation_id: uuid.UUID, message_ids: Sequence[str], state: str, at: datetime) -> int:
    """Note `state` (`received` or `seen`) of messages by the platform's numbers. Returns how many were found."""
    moment = {Message.seen_at: at} if state == "seen" else {Message.received_at: at}
    mine = (Message.conversation_id == conversation_id, Message.direction == "out", Message.external_id.in_(message_ids))
    found = cast("CursorResult[None]", session.execute(update(Message).where(*mine).values(moment))).rowcount
    if found:
        notify(session, "conversation", str(conversation_id))
    return found


def _settle(session: Session, event: Receipt, conversation: Conversation, now: datetime) -> None:
    """The platform echoes what it sent for us: a message whose end was unknown has arrived after all.

    Echoes come late and twice: one whose number we know tells nothing new, and one of the words that are leaving just now
    may be theirs.
    """
    number, mine = event.message_ids[0], (Message.conversation_id == conversation.id, Message.direction == "out")
    if not event.text or session.scalar(select(Message.id).where(*mine, Message.external_id == number)) is not None:
        return
    alike = (*mine, Message.text == event.text)
    if session.scalar(select(Message.id).where(*alike, Message.status == OutStatus.SENDING).limit(1)) is not None:
        return
    query = select(Message).where(*alike, Message.status == OutStatus.UNKNOWN, Message.done_at > now - ECHO_WITHIN)
    row = session.scalar(query.order_by(Message.id).limit(1).with_for_update())
    if row is not None:
        row.status, row.error, row.external_id = OutStatus.SENT, None, number
        notify(session, "conversation", str(conversation.id))
