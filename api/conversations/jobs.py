"""The jobs of conversations: a turn with the bot, a delivery to a channel, and the sweep that finds what was left lying."""

import logging
import random
import uuid
from datetime import datetime, timedelta
from functools import lru_cache

from procrastinate import RetryStrategy
from sqlalchemy import select

from api.conversations.bot import RasaBot
from api.conversations.intake import enqueue_turn
from api.conversations.models import Conversation, InStatus, Message, OutStatus
from api.conversations.outbox import attempt, enqueue_delivery, next_queued
from api.conversations.turn import handle_waiting
from api.core.clock import SystemClock
from api.core.db import transaction
from api.core.errors import OutsideFailure
from api.core.jobs import tasks
from api.core.settings import get_settings

log = logging.getLogger(__name__)
clock = SystemClock()
LEFT_LYING = timedelta(seconds=60)


@lru_cache(maxsize=1)
def bot() -> RasaBot:
    settings = get_settings()
    return RasaBot(settings.bot_address, settings.bot_timeout_seconds)


@tasks.task(name="conversations.turn", retry=RetryStrategy(max_attempts=30, linear_wait=1, retry_exceptions=[OutsideFailure]))
def turn(conversation_id: str) -> None:
    handle_waiting(uuid.UUID(conversation_id), bot(), clock, transaction)


@tasks.task(name="conversations.deliver")
def deliver(conversation_id: str) -> None:
    """Deliver what waits, in order. A passing failure stops the line and comes back later, with growing, jittered waits."""
    key = uuid.UUID(conversation_id)
    while True:
        with transaction() as session:
            row = next_queued(session, key)
            if row is None:
                return
            try:
                attempt(session.get_one(Conversation, key), row, clock.now())
            except OutsideFailure as failure:
                enqueue_delivery(session, key, at=clock.now() + _wait(row.attempts, failure.retry_after))
                return


def _wait(attempts: int, asked: float | None) -> timedelta:
    base = asked if asked is not None else min(2.0**attempts, 600)
    return timedelta(seconds=base * random.uniform(1.0, 1.3))  # noqa: S311 - jitter, not a secret


@tasks.periodic(cron="* * * * *")
@tasks.task(name="conversations.sweep", queueing_lock="conversations.sweep", pass_context=False)
def sweep(timestamp: int) -> None:
    """Enqueue again what waits without a job: after a crash, or when every retry was used up while the bot was away."""
    before = clock.now() - LEFT_LYING
    with transaction() as session:
        for conversation in session.scalars(select(Conversation).where(Conversation.id.in_(_left(before, "in")))):
            enqueue_turn(session, conversation)
        for conversation_id in session.scalars(_left(before, "out")):
            enqueue_delivery(session, conversation_id)


def _left(before: datetime, direction: str):  # type: ignore[no-untyped-def]
    status = InStatus.RECEIVED if direction == "in" else OutStatus.QUEUED
    query = select(Message.conversation_id).where(Message.direction == direction, Message.status == status)
    return query.where(Message.created_at < before).distinct()
