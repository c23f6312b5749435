"""The one listener of a process: there while somebody waits, and then it misses nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from api.core import live
from api.core.db import notify, transaction
from api.core.live import Hub

LINGER_SECONDS = 0.05
PATIENCE_SECONDS = 10.0


@asynccontextmanager
async def running() -> AsyncIterator[Hub]:
    hub = Hub(LINGER_SECONDS)
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()


def listeners() -> int:
    """Connections of our database whose last words were that they listen."""
    with transaction() as session:
        query = "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen %'"
        return int(session.scalar(text(query)) or 0)


async def until_nobody_listens() -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while await asyncio.to_thread(listeners):
        assert time.monotonic() < end, "somebody still listens"
        await asyncio.sleep(0.02)


def tell(channel: str, payload: str) -> None:
    with transaction() as session:
        notify(session, channel, payload)


def test_nobody_listens_while_nobody_waits(committed: str) -> None:
    async def story() -> None:
        async with running() as hub:
            await until_nobody_listens()
            for payload in ("first", "and again"):
                async with hub.subscribe("ticket", "*") as queue:
                    assert await asyncio.to_thread(listeners) == 1
                    # at once: who is let in is already being listened for
                    await asyncio.to_thread(tell, "ticket", payload)
                    assert await asyncio.wait_for(queue.get(), PATIENCE_SECONDS) == payload
                await until_nobody_listens()

    asyncio.run(story())


def test_a_second_stream_is_no_second_listener(committed: str) -> None:
    async def story() -> None:
        async with running() as hub, hub.subscribe("conversation", "a") as one, hub.subscribe("conversation", "*") as all_:
            assert await asyncio.to_thread(listeners) == 1
            await asyncio.sleep(3 * LINGER_SECONDS)  # it stays as long as they do
            for payload in ("b", "a"):
                await asyncio.to_thread(tell, "conversation", payload)
            assert await asyncio.wait_for(one.get(), PATIENCE_SECONDS) == "a"
            assert [await asyncio.wait_for(all_.get(), PATIENCE_SECONDS) for _ in range(2)] == ["b", "a"]

    asyncio.run(story())


def test_a_stream_is_let_in_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(live, "conninfo", lambda: "postgresql://nobody@127.0.0.1:9/none")

    async def story() -> None:
        async with running() as hub, hub.subscribe("ticket", "*") as queue:
            hub.wake("ticket", "by itself")
            assert queue.get_nowait() == "by itself"

    asyncio.run(story())
