"""The real worker on the real queue: a conversation never stays locked, whatever fails or dies meanwhile."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from procrastinate.jobs import Job
from sqlalchemy import select, text

from api import worker
from api.channels.contract import IncomingMessage, Kind, OutgoingMessage
from api.conversations import jobs as conversation_jobs
from api.conversations.intake import enqueue_turn, find_conversation, receive
from api.conversations.models import Conversation, Message
from api.core.clock import SystemClock
from api.core.db import transaction
from api.core.errors import OutsideFailure
from tests.fakes.bot import ScriptedBot

clock = SystemClock()


@pytest.fixture
def chat(committed: str) -> str:
    """A chat of the web."""
    return uuid.uuid4().hex


def write(chat: str, words: str) -> None:
    with transaction() as session:
        receive(session, IncomingMessage("web", "default", chat, chat, words, Kind.TEXT, text=words), clock.now())


def spoken(chat: str) -> list[str]:
    with transaction() as session:
        query = select(Message.text).join(Conversation, Conversation.id == Message.conversation_id)
        return list(session.scalars(query.where(Conversation.chat_id == chat, Message.direction == "out").order_by(Message.id)))


async def until(look: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(look):
            await asyncio.sleep(0.05)


async def working(look: Callable[[], bool]) -> None:
    stop = asyncio.Event()
    run = asyncio.create_task(worker.run(stop))
    try:
        await until(look)
    finally:
        stop.set()
        await run


class Moody(ScriptedBot):
    """Fails as often as told, and lets the citizen write again meanwhile."""

    def __init__(self, failures: int, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self.failures, self.meanwhile = failures, meanwhile

    def turn(self, conversation_id: uuid.UUID, text: str, metadata: dict[str, Any]) -> list[OutgoingMessage]:
        if self.failures:
            self.failures -= 1
            self.meanwhile()
            raise OutsideFailure("away", permanent=False)
        return super().turn(conversation_id, text, metadata)


@pytest.mark.asyncio
async def test_a_message_that_comes_while_the_bot_fails_locks_nothing(chat: str, monkeypatch: pytest.MonkeyPatch) -> None:
    more = iter(["hai", "ba"])
    bot = Moody(2, lambda: write(chat, next(more)))
    monkeypatch.setattr(conversation_jobs, "bot", lambda: bot)
    write(chat, "một")
    await working(lambda: len(spoken(chat)) == 3)
    assert spoken(chat) == ["Em nghe: một", "Em nghe: hai", "Em nghe: ba"]


@pytest.mark.asyncio
async def test_a_worker_that_overslept_lets_its_heart_beat_before_it_calls_anybody_dead() -> None:
    moments = iter([0, 60, 60, 61, *range(61, 100)])
    looks: list[int] = []

    class Sleepy:
        slept = 0

        def now(self) -> datetime:
            self.slept = next(moments)
            return datetime(2026, 11, 26, tzinfo=UTC) + timedelta(seconds=self.slept)

    class Jobs:
        async def get_stalled_jobs(self, seconds_since_heartbeat: float) -> list[Job]:
            looks.append(clock.slept)
            raise asyncio.CancelledError

    clock = Sleepy()
    with pytest.raises(asyncio.CancelledError):
        await worker._rescue(SimpleNamespace(job_manager=Jobs()), clock, pause=0.5)  # type: ignore[arg-type]
    assert looks == [61]


@pytest.mark.asyncio
async def test_a_dead_workers_job_gives_way_to_the_one_that_waits(chat: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = ScriptedBot()
    monkeypatch.setattr(conversation_jobs, "bot", lambda: bot)
    monkeypatch.setattr(worker, "DEAD_AFTER_SECONDS", 1.0)
    write(chat, "một")
    with transaction() as session:  # a worker took the job and was killed; then its twin was enqueued
        dead = "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour') returning id"
        number = session.scalar(text(dead))
        session.execute(text("update procrastinate_jobs set status = 'doing', worker_id = :id"), {"id": number})
        thread = find_conversation(session, "web", "default", chat)
        assert thread is not None
        enqueue_turn(session, thread)
        assert session.scalar(text("select count(*) from procrastinate_jobs")) == 2
    await working(lambda: spoken(chat) == ["Em nghe: một"])
