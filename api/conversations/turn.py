"""One conversation's waiting messages, in order: each goes to the bot unless a person has taken over."""

import json
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.channels.contract import Button, Kind, OutgoingMessage
from api.channels.render import chosen
from api.citizens.linking import expects_code, looks_like_code
from api.conversations import media
from api.conversations.bot import Bot
from api.conversations.models import Conversation, InStatus, Message, Mode
from api.conversations.outbox import say
from api.core.clock import Clock
from api.core.db import notify
from api.core.errors import OutsideFailure

Transaction = Callable[[], AbstractContextManager[Session]]
SILENT_ATTEMPTS = 5  # tries after which a silent bot is answered for
LONGEST_WAIT = 30.0  # seconds between two tries of a turn
OFFERED_LOOKBACK = 40  # messages back in which a pressed button must have been offered


@dataclass(frozen=True)
class Waiting:
    """What the bot is told about one message, read in a transaction of its own."""

    message_id: int
    text: str
    metadata: dict[str, Any]
    attempt: int  # 1 at the first try
    silent: bool = False  # a person answers; only the photos are fetched for him
    instead: str | None = None  # said without asking the bot
    unprepared: bool = False  # photos are still at the platform


def handle_waiting(conversation_id: uuid.UUID, bot: Bot, clock: Clock, transaction: Transaction) -> int:
    """Answer every waiting message of one conversation. Returns how many. The caller runs one of these at a time.

    No transaction is open while the bot thinks. If we die after the bot answered, the next try finds the answer in the
    bot's own record (`Bot.said`) instead of asking twice; actions are idempotent by message id besides.
    """
    count = 0
    while waiting := _next(conversation_id, clock, transaction):
        _finish(conversation_id, waiting, _replies(conversation_id, bot, waiting, clock, transaction), clock, transaction)
        count += 1
    return count


def _replies(
    conversation_id: uuid.UUID, bot: Bot, waiting: Waiting, clock: Clock, transaction: Transaction
) -> list[OutgoingMessage]:
    troubles: list[OutgoingMessage] = []
    if waiting.unprepared:
        troubles = media.prepare(waiting.message_id, clock, transaction)
        waiting = _again(waiting, transaction)
    if waiting.silent:
        return []
    if waiting.instead is not None:
        return [OutgoingMessage(waiting.instead)]
    if troubles and waiting.text == "/send_photo" and not waiting.metadata["media_ids"]:
        return troubles  # not one photo could be had, and there are no words beside them
    return [*troubles, *_ask(conversation_id, bot, waiting)]


def next_moment(session: Session, conversation_id: uuid.UUID, now: datetime) -> datetime | None:
    """When the oldest waiting message is to be handled, later and later after each failure; None if nothing waits."""
    row = _oldest_waiting(session, conversation_id)
    if row is None:
        return None
    wait = min(1.15**row.attempts, LONGEST_WAIT) if row.attempts else 0
    return max(row.not_before or now, now + timedelta(seconds=wait))


def _next(conversation_id: uuid.UUID, clock: Clock, transaction: Transaction) -> Waiting | None:
    with transaction() as session:
        # the lock of `intake.lock_thread`: whoever found our job still waiting, and so enqueued none, is waited for
        conversation = session.get_one(Conversation, conversation_id, with_for_update={"key_share": True})
        silent = conversation.mode == Mode.HUMAN
        while row := _oldest_waiting(session, conversation_id):
            if row.not_before is not None and row.not_before > clock.now():
                return None  # an album that is still coming in; `next_moment` says when to look again
            if silent and not media.needs_preparing(row):
                row.status, row.done_at = InStatus.DONE, clock.now()
                session.flush()
                continue
            row.attempts += 1
            return _waiting(session, row, silent=silent)
    return None


def _waiting(session: Session, row: Message, *, silent: bool) -> Waiting:
    return Waiting(
        message_id=row.id,
        text=words_for_bot(session, row),
        metadata=metadata_for_bot(row),
        attempt=row.attempts,
        silent=silent,
        instead=media.answer_without_bot(row),
        unprepared=media.needs_preparing(row),
    )


def _again(waiting: Waiting, transaction: Transaction) -> Waiting:
    """The same message once its photos are here."""
    with transaction() as session:
        return _waiting(session, session.get_one(Message, waiting.message_id), silent=waiting.silent)


def _oldest_waiting(session: Session, conversation_id: uuid.UUID) -> Message | None:
    return session.scalar(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.direction == "in",
            Message.status == InStatus.RECEIVED,
        )
        .order_by(Message.id)
        .limit(1)
    )


def _ask(conversation_id: uuid.UUID, bot: Bot, waiting: Waiting) -> list[OutgoingMessage]:
    said = bot.said(conversation_id, waiting.message_id) if waiting.attempt > 1 else None
    replies = said or bot.turn(conversation_id, waiting.text, waiting.metadata)
    if replies:
        return replies
    # every rule of the bot says something: silence means that its hands, the actions, did not answer
    if waiting.attempt < SILENT_ATTEMPTS:
        raise OutsideFailure("bot: silent", permanent=False)
    return [OutgoingMessage(words()["try_later"])]


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))
    return loaded


def _finish(
    conversation_id: uuid.UUID,
    waiting: Waiting,
    replies: Sequence[OutgoingMessage],
    clock: Clock,
    transaction: Transaction,
) -> None:
    with transaction() as session:
        # the same lock that taking over holds: a reply is either out before the clerk has the thread, or never
        conversation = session.get_one(Conversation, conversation_id, with_for_update={"key_share": True})
        row = session.get_one(Message, waiting.message_id)
        if row.status == InStatus.DONE:
            return
        row.status, row.done_at = InStatus.DONE, clock.now()
        notify(session, "conversation", str(conversation_id))  # the bot is no longer typing, even if it has nothing to say
        if conversation.mode == Mode.HUMAN:
            return
        for reply in replies:
            if reply.text or reply.card or reply.buttons:
                say(session, conversation_id, reply, author="bot", now=clock.now(), reply_to_id=row.id)


def words_for_bot(session: Session, row: Message) -> str:
    """What Rasa is sent: a pressed or typed choice as its payload, a photo or pin as an intent, else the text.

    Text that a citizen types never reaches Rasa with a leading slash: "/rate{…}" typed is only words.
    """
    offered = offered_buttons(session, row)
    payload = row.extra.get("payload")
    if payload and any(button.payload == payload for button in offered):
        return str(payload)
    typed = chosen(row.text, _last_choices(session, row)) if row.text else None
    if typed:
        return typed.payload
    if row.kind == Kind.LOCATION:
        return "/send_location" + json.dumps({"lat": row.extra.get("lat"), "lon": row.extra.get("lon")})
    if row.kind == Kind.CONTACT:
        return "/inform_contact" + json.dumps({"phone": row.extra.get("phone")})
    text = row.text.lstrip("/ \n")
    if looks_like_code(text) and _expects_code(session, row):
        return "/enter_code" + json.dumps({"code": text})
    if not text:
        return "/send_photo" if row.kind == Kind.IMAGE else "/send_unsupported"
    return text


def _expects_code(session: Session, row: Message) -> bool:
    citizen_id = session.get_one(Conversation, row.conversation_id).citizen_id
    return expects_code(session, citizen_id, row.created_at)


def metadata_for_bot(row: Message) -> dict[str, Any]:
    return {"message_id": row.id, "kind": row.kind, "media_ids": row.media_ids}


def offered_buttons(session: Session, row: Message) -> list[Button]:
    """Every choice offered lately in this conversation: a payload from anywhere else is not obeyed."""
    rows = session.scalars(
        select(Message.extra)
        .where(Message.conversation_id == row.conversation_id, Message.direction == "out", Message.id < row.id)
        .order_by(Message.id.desc())
        .limit(OFFERED_LOOKBACK)
    )
    return [Button(**button) for extra in rows for button in extra.get("buttons", [])]


def _last_choices(session: Session, row: Message) -> list[Button]:
    extra = session.scalar(
        select(Message.extra)
        .where(Message.conversation_id == row.conversation_id, Message.direction == "out", Message.id < row.id)
        .order_by(Message.id.desc())
        .limit(1)
    )
    return [Button(**button) for button in (extra or {}).get("buttons", [])]
