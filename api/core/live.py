"""Live updates: one LISTEN connection a process, fanned out to every open SSE stream.

Only ids travel; a stream reads what it may show from the database. A missed notification costs nothing: streams look
again every few seconds by themselves. Nobody listens while there is no stream: each message stored would wake the listener.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator

import psycopg

from api.core.settings import conninfo

CHANNELS = ("conversation", "ticket")  # payload: the id of the conversation or ticket
LINGER_SECONDS = 30.0  # at most this long after the last stream: how often it is looked whether one is left
PATIENCE_SECONDS = 5.0  # for a database that is away; then the stream has only its own looks


class Hub:
    """Wakes waiting streams. `subscribe("conversation", id)`; topic id "*" hears everything of that channel."""

    def __init__(self, linger_seconds: float = LINGER_SECONDS) -> None:
        self._waiting: dict[tuple[str, str], set[asyncio.Queue[str]]] = defaultdict(set)
        self._linger_seconds = linger_seconds
        self._wanted, self._listening = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @contextlib.asynccontextmanager
    async def subscribe(self, channel: str, topic: str) -> AsyncIterator[asyncio.Queue[str]]:
        """A queue of ids that misses nothing from here on."""
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=100)
        self._waiting[channel, topic].add(queue)
        self._wanted.set()
        try:
            await self._heard()
            yield queue
        finally:
            self._waiting[channel, topic].discard(queue)
            if not self._waiting[channel, topic]:
                del self._waiting[channel, topic]

    def wake(self, channel: str, payload: str) -> None:
        for topic in (payload, "*"):
            for queue in self._waiting.get((channel, topic), ()):
                # a full queue already wakes its stream
                with contextlib.suppress(asyncio.QueueFull):
                    queue.put_nowait(payload)

    async def _heard(self) -> None:
        if self._task:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._listening.wait(), PATIENCE_SECONDS)

    async def _listen(self) -> None:
        while True:
            await self._wanted.wait()
            try:
                await self._follow()
            except (psycopg.Error, OSError):
                self._listening.clear()
                await asyncio.sleep(1)

    async def _follow(self) -> None:
        """Until nobody waits any more."""
        async with await psycopg.AsyncConnection.connect(conninfo(), autocommit=True) as connection:
            for channel in CHANNELS:
                await connection.execute(psycopg.sql.SQL("listen {}").format(psycopg.sql.Identifier(channel)))
            self._listening.set()
            while self._waiting:
                async for notification in connection.notifies(timeout=self._linger_seconds):
                    self.wake(notification.channel, notification.payload)
            self._wanted.clear()
            self._listening.clear()
