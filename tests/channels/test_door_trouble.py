"""The door when its connection breaks, when somebody hangs up, when we close: nobody is told of a message that is not kept."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import select

from api.conversations import door as doors
from api.conversations.door import Door
from api.conversations.models import Conversation, Message
from api.core.clock import SystemClock
from api.core.db import transaction
from tests.channels.test_hooks import update

clock = SystemClock()
USERS = ["81601", "81602", "81603"]


def knock(door: Door, user: str, number: int) -> "asyncio.Task[None]":
    return asyncio.create_task(door.knock("telegram", "acc", update(user, f"tin {number}", number), clock))


def kept() -> dict[str, list[str]]:
    """What each of them has said, in its order."""
    query = select(Conversation.chat_id, Message.external_id).join(Message).order_by(Message.id)
    said: dict[str, list[str]] = {user: [] for user in USERS}
    with transaction() as session:
        for user, number in session.execute(query):
            said[user].append(number)
    return said


@pytest_asyncio.fixture
async def door(clean: None) -> AsyncIterator[Door]:
    """A door at which everybody has knocked before."""
    made = Door()
    for user in USERS:
        await knock(made, user, 1)
    yield made
    await made.close()


class Jam:
    """The queue's table in somebody's hands: the door's statement waits in the middle of its work."""

    def __init__(self, uri: str) -> None:
        self._uri = uri

    @contextmanager
    def held(self) -> Iterator[None]:
        with psycopg.connect(self._uri) as holder:
            holder.execute("lock table procrastinate_jobs")
            yield

    async def waiting(self) -> int:
        """The process that waits, as soon as there is one."""
        async with asyncio.timeout(10), await psycopg.AsyncConnection.connect(self._uri, autocommit=True) as eye:
            while True:
                found = await (await eye.execute("select pid from pg_locks where not granted limit 1")).fetchone()
                if found:
                    return int(found[0])
                await asyncio.sleep(0.01)

    async def end(self, process: int) -> None:
        async with await psycopg.AsyncConnection.connect(self._uri, autocommit=True) as hand:
            await hand.execute("select pg_terminate_backend(%s, 5000)", (process,))


@pytest.fixture
def jam(committed: str) -> Jam:
    return Jam(committed)


@pytest.mark.asyncio
async def test_a_connection_lost_in_the_middle_of_a_batch_loses_nothing(door: Door, jam: Jam) -> None:
    with jam.held():
        knocks = [knock(door, user, 2) for user in USERS]
        await jam.end(await jam.waiting())
        await jam.waiting()  # now each comes alone, and waits as well
        assert not any(one.done() for one in knocks)
        assert kept() == {user: ["1"] for user in USERS}
    await asyncio.gather(*knocks)
    assert kept() == {user: ["1", "2"] for user in USERS}


@pytest.mark.asyncio
async def test_after_a_lost_connection_messages_are_taken_together_again(
    door: Door, jam: Jam, monkeypatch: pytest.MonkeyPatch
) -> None:
    with jam.held():
        lost = knock(door, USERS[0], 2)
        await jam.end(await jam.waiting())
    await lost

    def alone(*_: object) -> None:
        raise AssertionError("nobody should come alone")

    monkeypatch.setattr(doors, "_by_itself", alone)
    await asyncio.gather(*(knock(door, user, 3) for user in USERS))
    assert [said[-1] for said in kept().values()] == ["3", "3", "3"]


@pytest.mark.asyncio
async def test_without_a_database_nobody_is_acknowledged(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> AbstractContextManager[None]:
        raise psycopg.OperationalError("the server is away")

    await door._own.close()
    with monkeypatch.context() as gone:
        gone.setattr(doors, "conninfo", away)
        gone.setattr(doors, "transaction", away)
        ends = await asyncio.gather(*(knock(door, user, 2) for user in USERS), return_exceptions=True)
        assert [type(end) for end in ends] == [psycopg.OperationalError] * 3
    assert kept() == {user: ["1"] for user in USERS}
    await asyncio.gather(*(knock(door, user, 2) for user in USERS))
    assert kept() == {user: ["1", "2"] for user in USERS}


@pytest.mark.asyncio
async def test_who_hangs_up_disturbs_nobody(door: Door, jam: Jam) -> None:
    with jam.held():
        first, second, third = (knock(door, user, 2) for user in USERS)
        await jam.waiting()
        later = knock(door, USERS[0], 3)
        await asyncio.sleep(0)  # it stands in the line
        second.cancel()
        later.cancel()
    await asyncio.gather(first, third)
    await knock(door, USERS[1], 3)
    said = kept()
    assert said[USERS[0]] in (["1", "2"], ["1", "2", "3"])  # what was not acknowledged may be kept
    assert [said[user] for user in USERS[1:]] == [["1", "2", "3"], ["1", "2"]]


@pytest.mark.asyncio
async def test_closing_acknowledges_nothing_that_is_not_kept(door: Door, jam: Jam) -> None:
    with jam.held():
        writing = knock(door, USERS[0], 2)
        await jam.waiting()
        in_line = knock(door, USERS[1], 2)
        await asyncio.sleep(0)
        await door.close()
        ends = await asyncio.gather(writing, in_line, return_exceptions=True)
    assert [type(end) for end in ends] == [RuntimeError] * 2
    assert kept() == {user: ["1"] for user in USERS}
