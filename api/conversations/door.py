"""Many webhooks in one commit: what knocks while the last commit is under way is written down together by the next one.

The common message (of a citizen whom we know, in a thread that nobody is using) is stored by one statement for all that
wait; everything else goes the way of `events.take`, one by one. Either way nobody is answered before it is durable, and
what fails for one message fails for nobody else.
"""

import asyncio
import json
import logging
import queue
import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from sqlalchemy import Connection, text

from api.channels import accounts
from api.channels.contract import IncomingMessage, Kind
from api.channels.zalo_oa.parse import NAME as OFFICIAL
from api.conversations import windows
from api.conversations.events import read, take
from api.conversations.intake import TURN, TURN_LOCK, TURN_PRIORITY, extra_of, text_of
from api.core import jobs
from api.core.clock import Clock
from api.core.db import engine, transaction

log = logging.getLogger(__name__)
TOGETHER = 64  # webhooks in one commit at most
ALONE = 8  # webhooks that are written down one by one, side by side

# One way to the database and back. A thread that somebody is using is not waited for: its message goes alone. That the turn's
# job waits already is asked of the index itself, after the thread's lock is ours, and so never of an older view of the queue.
_STORE = text(
    """
    with given as (
      select * from jsonb_to_recordset(cast(:rows as jsonb)) as one(
        number int, channel text, account text, chat text, kind text, text text, extra jsonb, external_id text, raw jsonb)
    ), threads as materialized (
      select id, channel, account, chat_id from conversation
      where (channel, account, chat_id) in (select channel, account, chat from given)
      order by id for no key update skip locked
    ), stored as (
      insert into message (conversation_id, direction, author, kind, text, extra, media_ids, external_id, status, raw, attempts,
                           created_at)
      select threads.id, 'in', 'citizen', kind, text, extra, '[]', external_id, 'received', raw, 0, :now
      from given join threads on (threads.channel, threads.account, chat_id) = (given.channel, given.account, chat)
      order by number
      on conflict do nothing
      returning conversation_id
    ), woken as (
      update conversation set last_message_at = :now, unreachable_at = null
      where id in (select conversation_id from stored)
      returning id, pg_notify('conversation', id::text)
    ), enqueued as (
      insert into procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args)
      select 'default', :task, :priority, :prefix || id, :prefix || id, jsonb_build_object('conversation_id', id) from woken
      on conflict (queueing_lock) where status = 'todo' do nothing
    )
    select threads.id, channel, account, chat_id, woken.id is not null as news from threads left join woken using (id)
    """
)


@dataclass(eq=False)
class Knock:
    """One payload that waits to be written down, and what to do when it is (or cannot be)."""

    channel: str
    account: str
    payload: object
    clock: Clock
    done: Future[None] = field(default_factory=Future)

    @cached_property
    def message(self) -> IncomingMessage | None:
        """The message in it, if it is one that is stored as it is."""
        events = read(self.channel, self.account, self.payload)
        one = events[0] if events and len(events) == 1 else None
        if not isinstance(one, IncomingMessage) or one.album or one.edit_of or one.receipt or one.kind == Kind.BUTTON:
            return None
        return one


class Door:
    """The one place in a process where platforms' events are written down. Its threads start with the first of them."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Knock] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._alone: ThreadPoolExecutor | None = None

    async def knock(self, channel: str, account: str, payload: object, clock: Clock) -> None:
        """Returns when the payload is durable; raises what kept it from being so."""
        self._start()
        one = Knock(channel, account, payload, clock)
        self._waiting.put(one)
        await asyncio.wrap_future(one.done)

    def _start(self) -> None:
        with self._starting:
            if self._alone is None:
                self._alone = ThreadPoolExecutor(ALONE, thread_name_prefix="door")
                threading.Thread(target=self._work, name="door", daemon=True).start()

    def _work(self) -> None:
        assert self._alone is not None
        while True:
            batch = [self._waiting.get()]
            while len(batch) < TOGETHER and not self._waiting.empty():
                batch.append(self._waiting.get())
            for one in _together(batch):
                self._alone.submit(_settle, [one], partial(_by_itself, one))


def _together(batch: Sequence[Knock]) -> list[Knock]:
    """Write down what can be written together. Returns the others.

    A transaction for each channel: who holds an Official Account's window may be waiting for a thread of another channel.
    """
    done: set[Knock] = set()
    for channel in dict.fromkeys(one.channel for one in batch):
        try:
            done |= _of_channel([one for one in batch if one.channel == channel])
        except Exception as error:  # whose fault it was shows when each comes alone
            log.warning("%s: %s messages are taken one by one: %s", channel, len(batch), type(error).__name__)
    return [one for one in batch if one not in done]


def _of_channel(knocks: Sequence[Knock]) -> set[Knock]:
    simple = [(one, one.message) for one in knocks if one.message is not None]
    if not simple:
        return set()
    channel, now = simple[0][0].channel, simple[0][0].clock.now()
    stored = store(channel, [message for _, message in simple], now)
    done = {one for one, message in simple if address(message) in stored}
    _settle(done, lambda: None)
    return done


def store(channel: str, messages: Sequence[IncomingMessage], now: datetime) -> set[tuple[str, str, str]]:
    """Store messages of one channel, each once, and enqueue their turns: durable when this returns.

    Returns the addresses of the threads that could be taken.
    """
    own = {one.account for one in messages}
    if channel != OFFICIAL and not any(accounts.wants_note(channel, account) for account in own):
        # the statement is a transaction of its own: neither a begin nor a commit to wait for
        with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return {place for place, _, _ in _stored(connection, messages, now)}
    with transaction() as session:
        for account in own:
            accounts.saw_event(session, channel, account, now)
        threads = _stored(session.connection(), messages, now)
        windows.wrote_all(session, {key: place for place, key, news in threads if news}, now)
    return {place for place, _, _ in threads}


def _stored(
    connection: Connection, messages: Sequence[IncomingMessage], now: datetime
) -> list[tuple[tuple[str, str, str], uuid.UUID, bool]]:
    """The threads that could be taken: address, id, and whether there was anything new."""
    rows = [
        {
            "number": number,
            "channel": one.channel,
            "account": one.account,
            "chat": one.chat_id,
            "kind": str(one.kind),
            "text": text_of(one),
            "extra": extra_of(one),
            "external_id": one.message_id,
            "raw": dict(one.raw) or None,
        }
        for number, one in enumerate(messages)
    ]
    turn = {"task": f"{jobs.NAMESPACE}:{TURN}", "priority": TURN_PRIORITY, "prefix": TURN_LOCK}
    found = connection.execute(_STORE, {"rows": json.dumps(rows), "now": now, **turn})
    return [((row.channel, row.account, row.chat_id), row.id, row.news) for row in found]


def address(message: IncomingMessage) -> tuple[str, str, str]:
    return message.channel, message.account, message.chat_id


def _by_itself(one: Knock) -> None:
    with transaction() as session:
        take(session, one.channel, one.account, one.payload, one.clock.now())


def _settle(knocks: Iterable[Knock], work: Callable[[], Any]) -> None:
    """Do the work, and tell everybody who waits how it ended."""
    trouble: Exception | None = None
    try:
        work()
    except Exception as error:
        trouble = error
    for one in knocks:
        if not one.done.set_running_or_notify_cancel():
            continue  # whoever knocked has hung up
        if trouble is None:
            one.done.set_result(None)
        else:
            one.done.set_exception(trouble)
