"""The jobs of conversations: a turn with the bot, a delivery to a channel, and the sweeps over what was left lying."""

import logging
import random
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import select, update

from api.conversations import receipts
from api.conversations.bot import RasaBot
from api.conversations.delivery import ON_THE_WAY, deliver_waiting
from api.conversations.intake import enqueue_turn
from api.conversations.models import Conversation, InStatus, Message, OutStatus
from api.conversations.outbox import enqueue_delivery
from api.conversations.turn import handle_waiting, next_moment
from api.conversations.windows import release_held
from api.core.clock import SystemClock
from api.core.db import transaction
from api.core.errors import OutsideFailure
from api.core.jobs import tasks
from api.core.settings import get_settings

log = logging.getLogger(__name__)
clock = SystemClock()
LEFT_LYING = timedelta(seconds=60)
NO_SEAT_WAIT = (0.3, 1.5)  # seconds, at random: a crowd that waits for a channel that hangs must not come back together


@lru_cache(maxsize=1)
def bot() -> RasaBot:
    settings = get_settings()
    return RasaBot(settings.bot_address, settings.bot_timeout_seconds)


@tasks.task(name="conversations.turn")
def turn(conversation_id: str) -> None:
    """Answer what waits. It comes back by a job of its own: the queue's retry cannot put a job back beside one that was
    enqueued meanwhile, and would leave it, and with it the conversation, locked.
    """
    key = uuid.UUID(conversation_id)
    try:
        handle_waiting(key, bot(), clock, transaction)
    except OutsideFailure as failure:
        log.warning("a turn is tried again: %s", failure)
    with transaction() as session:
        later = next_moment(session, key, clock.now())
        if later is not None:
            enqueue_turn(session, session.get_one(Conversation, key), at=later)


@tasks.task(name="conversations.deliver")
def deliver(conversation_id: str) -> None:
    """Deliver what waits, in order. What has to wait for its moment comes back by a job of its own."""
    key = uuid.UUID(conversation_id)
    with transaction() as session:
        channel = session.get_one(Conversation, key).channel
    with _seat(channel) as seated:
        later = deliver_waiting(key, clock, transaction) if seated else clock.now() + _no_seat_wait()
    if later is not None:
        with transaction() as session:
            enqueue_delivery(session, key, at=later)


@tasks.task(name=receipts.NOTE)
def note_receipt(conversation_id: str, message_ids: list[str], state: str, moment: str) -> None:
    """Note a receipt that came before the number of its message."""
    with transaction() as session:
        receipts.note(session, uuid.UUID(conversation_id), message_ids, state, datetime.fromisoformat(moment))


def _no_seat_wait() -> timedelta:
    return timedelta(seconds=random.uniform(*NO_SEAT_WAIT))  # noqa: S311 - jitter, not a secret


_seats: dict[str, threading.BoundedSemaphore] = defaultdict(
    lambda: threading.BoundedSemaphore(max(1, get_settings().worker_concurrency // 2))
)


@contextmanager
def _seat(channel: str) -> Iterator[bool]:
    """One of the worker's hands for this channel, if half of them are not already there: a channel that hangs holds up
    neither the bot nor the other channels.
    """
    seats = _seats[channel]
    seated = seats.acquire(blocking=False)
    try:
        yield seated
    finally:
        if seated:
            seats.release()


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
    waiting = [InStatus.RECEIVED] if direction == "in" else list(ON_THE_WAY)
    query = select(Message.conversation_id).where(Message.direction == direction, Message.status.in_(waiting))
    return query.where(Message.created_at < before).distinct()


@tasks.periodic(cron="17 2 * * *")
@tasks.task(name="conversations.forget_raw", queueing_lock="conversations.forget_raw", pass_context=False)
def forget_raw(timestamp: int) -> None:
    """Throw away the channels' raw payloads after their time."""
    before = clock.now() - timedelta(days=get_settings().raw_retention_days)
    with transaction() as session:
        session.execute(update(Message).where(Message.raw.is_not(None), Message.created_at < before).values(raw=None))


@tasks.periodic(cron="10 1 * * *")
@tasks.task(name="conversations.plan_held", queueing_lock="conversations.plan_held", pass_context=False)
def plan_held(timestamp: int) -> None:
    """Look once a day, in the morning, whether a way has opened: daytime, a new month, a template, another channel."""
    held = select(Message.conversation_id).where(Message.status == OutStatus.HELD).distinct()
    with transaction() as session:
        waiting = session.scalars(held).all()
    for conversation_id in waiting:  # one at a time: its citizen may be writing just now
        with transaction() as session:
            release_held(session, conversation_id, clock.now())
