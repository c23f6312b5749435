"""Many webhooks in one commit: what knocks while the last commit is under way is written down together by the next one.

The common message (of a citizen whom we know, in a thread that nobody is using) is stored by one statement for all that
wait; everything else goes the way of `events.take`, one by one. Either way nobody is answered before it is durable, and
what fails for one message fails for nobody else.

All of this happens on the event loop, over one connection of its own: a thread and a pool would cost more than the statement.
"""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg

from api.channels import accounts
from api.channels.contract import IncomingMessage, Kind
from api.channels.zalo_oa.parse import NAME as OFFICIAL
from api.conversations import windows
from api.conversations.events import read, take
from api.conversations.intake import TURN, TURN_LOCK, TURN_PRIORITY, extra_of, text_of
from api.core import jobs
from api.core.clock import Clock
from api.core.db import transaction
from api.core.settings import conninfo

log = logging.getLogger(__name__)
TOGETHER = 64  # webhooks in one commit at most
ALONE = 8  # webhooks that are written down one by one, side by side

# One way to the database and back. A thread that somebody is using is not waited for: its message goes alone. That the turn's
# job waits already is asked of the index itself, after the thread's lock is ours, and so never of an older view of the queue.
# Each thread is looked up by itself: a plan that is kept for all batches must not read the whole table for one message.
_STORE = """
    with threads as materialized (
      select given.*, thread.id
      from jsonb_to_recordset(%(rows)s::jsonb) as given(
        number int, account text, chat text, kind text, text text, extra jsonb, external_id text, raw jsonb)
      cross join lateral (
        select id from conversation where channel = %(channel)s and account = given.account and chat_id = given.chat
        for no key update skip locked
      ) as thread
    ), stored as (
      insert into message (conversation_id, direction, author, kind, text, extra, media_ids, external_id, status, raw, attempts,
                           created_at)
      select id, 'in', 'citizen', kind, text, extra, '[]', external_id, 'received', raw, 0, %(now)s from threads order by number
      on conflict do nothing
      returning conversation_id
    ), woken as (
      update conversation set last_message_at = %(now)s, unreachable_at = null
      where id in (select conversation_id from stored)
      returning id, pg_notify('conversation', id::text)
    ), enqueued as (
      insert into procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args)
      select 'default', %(task)s, %(priority)s, %(prefix)s || id, %(prefix)s || id, jsonb_build_object('conversation_id', id)
      from woken
      on conflict (queueing_lock) where status = 'todo' do nothing
    )
    select number, threads.id, woken.id is not null as news from threads left join woken using (id)
"""


@dataclass(eq=False)
class Knock:
    """One payload in the line. `stored`: whether it is durable already; what is not yet must go alone."""

    channel: str
    message: IncomingMessage | None  # None: it cannot be stored as it is, and only keeps its place in the line
    now: datetime
    stored: asyncio.Future[bool]


class Door:
    """The one place of an application where platforms' events are written down. It lives on the loop that knocks."""

    def __init__(self) -> None:
        self._line: list[Knock] = []
        self._writer: asyncio.Task[None] | None = None
        self._own = OwnConnection()
        self._alone = ThreadPoolExecutor(ALONE, thread_name_prefix="door")

    async def knock(self, channel: str, account: str, payload: object, clock: Clock) -> None:
        """Returns when the payload is durable; raises what kept it from being so."""
        loop = asyncio.get_running_loop()
        one = Knock(channel, _simple(channel, account, payload), clock.now(), loop.create_future())
        self._line.append(one)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        if not await one.stored:
            await loop.run_in_executor(self._alone, _by_itself, channel, account, payload, one.now)

    async def close(self) -> None:
        """Whoever still waits is not acknowledged; the platform will knock again."""
        self._alone.shutdown(wait=False, cancel_futures=True)
        if self._writer is not None:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
        await self._own.close()

    async def _write(self) -> None:
        """Batch by batch, until nobody waits."""
        while self._line:
            batch, self._line = self._line[:TOGETHER], self._line[TOGETHER:]
            stored: set[Knock] = set()
            try:
                await self._together(batch, stored)
            except asyncio.CancelledError:  # we are closing: nobody may be left waiting for ever
                batch, self._line = batch + self._line, []
                raise
            finally:
                for one in batch:
                    if not one.stored.done():  # else whoever knocked has hung up
                        one.stored.set_result(one in stored)

    async def _together(self, batch: Sequence[Knock], stored: set[Knock]) -> None:
        """Write down what can be written together, a transaction for each channel: who holds an Official Account's window
        may be waiting for a thread of another channel.
        """
        for channel in dict.fromkeys(one.channel for one in batch):
            simple = {one: one.message for one in batch if one.channel == channel and one.message is not None}
            try:
                numbers = await self._of_channel(channel, list(simple.values()), batch[0].now)
                stored.update(one for number, one in enumerate(simple) if number in numbers)
            except Exception as error:  # whose fault it was shows when each comes alone
                log.warning("%s: %s messages are taken one by one: %s", channel, len(simple), type(error).__name__)

    async def _of_channel(self, channel: str, messages: Sequence[IncomingMessage], now: datetime) -> set[int]:
        if not messages:
            return set()
        if channel == OFFICIAL or any(accounts.wants_note(channel, one.account) for one in messages):
            return await asyncio.to_thread(store, channel, messages, now)
        rows = await self._own.ask(_STORE, _given(channel, messages, now))
        return {number for number, _, _ in rows}


class OwnConnection:
    """The door's way to the database, where each statement is a transaction of its own: neither a begin nor a commit to wait
    for, nor a question whether the server is still there. After it broke, the next statement opens it anew.
    """

    def __init__(self) -> None:
        self._open: psycopg.AsyncConnection | None = None

    async def ask(self, statement: LiteralString, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if self._open is None or self._open.closed:
            self._open = await psycopg.AsyncConnection.connect(conninfo(), autocommit=True)
        cursor = await self._open.execute(statement, values, prepare=True)
        return await cursor.fetchall()

    async def close(self) -> None:
        if self._open is not None:
            await self._open.close()


def store(channel: str, messages: Sequence[IncomingMessage], now: datetime) -> set[int]:
    """Store messages of one channel, each once, and enqueue their turns; note their accounts, and open the windows of an
    Official Account. Durable when this returns: the numbers of the messages whose threads could be taken.
    """
    with transaction() as session:
        for account in {one.account for one in messages}:
            accounts.saw_event(session, channel, account, now)
        rows = session.connection().exec_driver_sql(_STORE, _given(channel, messages, now)).all()
        news = {key: messages[number] for number, key, new in rows if new}
        windows.wrote_all(session, {key: (channel, one.account, one.chat_id) for key, one in news.items()}, now)
    return {number for number, _, _ in rows}


def _given(channel: str, messages: Sequence[IncomingMessage], now: datetime) -> dict[str, Any]:
    """The values of `_STORE`."""
    rows = [
        {
            "number": number,
            "account": one.account,
            "chat": one.chat_id,
            "kind": one.kind,
            "text": text_of(one),
            "extra": extra_of(one),
            "external_id": one.message_id,
            "raw": one.raw or None,
        }
        for number, one in enumerate(messages)
    ]
    turn = {"task": f"{jobs.NAMESPACE}:{TURN}", "priority": TURN_PRIORITY, "prefix": TURN_LOCK}
    return {"rows": json.dumps(rows, default=dict), "channel": channel, "now": now, **turn}


def _simple(channel: str, account: str, payload: object) -> IncomingMessage | None:
    """The message in a payload, if it is one that is stored as it is."""
    events = read(channel, account, payload)
    one = events[0] if events and len(events) == 1 else None
    if not isinstance(one, IncomingMessage) or one.album or one.edit_of or one.receipt or one.kind == Kind.BUTTON:
        return None
    return one


def _by_itself(channel: str, account: str, payload: object, now: datetime) -> None:
    with transaction() as session:
        take(session, channel, account, payload, now)
