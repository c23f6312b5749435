"""Live updates: one LISTEN connection a process, fanned out to every open SSE stream.

Only ids travel; a stream reads what it may show from the database. A missed notification costs nothing: streams look
again every few seconds by themselves.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator

import psycopg

from api.core.settings import conninfo

CHANNELS = ("conversation", "ticket")  # payload: the id of the conversation or ticket


class Hub:
    """Wakes waiting streams. `subscribe("conversation", id)`; topic id "*" hears everything of that channel."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], set[asyncio.Queue[str]]] = defaultdict(set)
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
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=100)
        self._waiting[channel, topic].add(queue)
        try:
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

    async def _listen(self) -> None:
        while True:
            try:
                await self._follow()
            except (psycopg.Error, OSError):
                await asyncio.sleep(1)

    async def _follow(self) -> None:
        async with await psycopg.AsyncConnection.connect(conninfo(), autocommit=True) as connection:
            for channel in CHANNELS:
                await connection.execute(psycopg.sql.SQL("listen {}").format(psycopg.sql.Identifier(channel)))
            async for notification in connection.notifies():
                self.wake(notification.channel, notification.payload)
