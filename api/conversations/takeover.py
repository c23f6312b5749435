"""Bot or person: who answers in a conversation."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from api.conversations.models import Conversation, Mode
from api.core.db import notify
from api.core.errors import Conflict


class TakenByAnother(Conflict):
    code = "taken_by_another"
    message = "Cuộc trò chuyện này đang có cán bộ khác trả lời."


def _locked(session: Session, conversation_id: uuid.UUID) -> Conversation:
    return session.get_one(Conversation, conversation_id, with_for_update={"key_share": True}, populate_existing=True)


def ask_for_human(session: Session, conversation_id: uuid.UUID) -> None:
    """The citizen wants a person: the thread shows up in the console until somebody takes over. The bot goes on meanwhile."""
    _locked(session, conversation_id).wants_human = True
    notify(session, "conversation", str(conversation_id))


def take_over(session: Session, conversation_id: uuid.UUID, staff_id: int) -> Conversation:
    """From this commit on the bot is silent. Raises `TakenByAnother` if a colleague has the thread."""
    conversation = _locked(session, conversation_id)
    if conversation.mode == Mode.HUMAN and conversation.staff_id != staff_id:
        raise TakenByAnother
    conversation.mode, conversation.staff_id, conversation.wants_human = Mode.HUMAN, staff_id, False
    notify(session, "conversation", str(conversation_id))
    return conversation


def release(session: Session, conversation_id: uuid.UUID, now: datetime) -> Conversation:
    """The bot returns."""
    conversation = _locked(session, conversation_id)
    conversation.mode, conversation.staff_id, conversation.last_message_at = Mode.BOT, None, now
    notify(session, "conversation", str(conversation_id))
    return conversation
