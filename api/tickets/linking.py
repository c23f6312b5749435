"""A citizen's channels become one: the tickets of each are seen from all of them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.channels.contract import OutgoingMessage
from api.citizens.linking import Merged, channels_of, redeem
from api.conversations.models import Conversation
from api.conversations.outbox import say
from api.conversations.turn import words
from api.conversations.windows import release_held
from api.tickets.models import Ticket


@dataclass(frozen=True)
class Linked:
    """`channels`: all of the citizen's now. `anew` is False where they were linked before."""

    channels: list[str]
    anew: bool


def link(session: Session, conversation_id: uuid.UUID, code: str, now: datetime) -> Linked:
    """The citizen of this conversation types a code that was shown in another. Raises `WrongCode`, `TooManyTries`.

    Threads stay where they are; what they belong to becomes the older of the two citizens.
    """
    thread = session.get_one(Conversation, conversation_id, populate_existing=True)
    merged = redeem(session, thread.citizen_id, code, now)
    if merged.gone is not None:
        _move(session, merged, now)
        _tell_the_others(session, conversation_id, merged.kept, now)
    return Linked(channels_of(session, merged.kept), merged.gone is not None)


def _move(session: Session, merged: Merged, now: datetime) -> None:
    mine = select(Conversation).where(Conversation.citizen_id.in_([merged.kept, merged.gone]))
    # in one order, as everybody who locks several threads
    for thread in session.scalars(mine.order_by(Conversation.id).with_for_update(key_share=True)).all():
        thread.citizen_id = merged.kept
    session.execute(update(Ticket).where(Ticket.citizen_id == merged.gone).values(citizen_id=merged.kept))
    session.flush()
    for key in session.scalars(select(Conversation.id).where(Conversation.citizen_id == merged.kept)).all():
        release_held(session, key, now)  # there may be another way now


def _tell_the_others(session: Session, conversation_id: uuid.UUID, citizen_id: uuid.UUID, now: datetime) -> None:
    """Where the code was shown (the thread last used) it is said that it was used: its owner must notice a stranger."""
    others = select(Conversation.id).where(Conversation.citizen_id == citizen_id, Conversation.id != conversation_id)
    latest = session.scalar(others.order_by(Conversation.last_message_at.desc()).limit(1))
    channel = session.get_one(Conversation, conversation_id).channel
    if latest is not None:
        text = words()["linked"].format(channel=words()["channels"].get(channel, channel))
        say(session, latest, OutgoingMessage(text), author="system", now=now)
