"""The moment at which a person takes over: from then on the bot is silent, whatever it was doing.

Real PostgreSQL, real commits; the bot's turns run in processes of their own, as in a worker.
"""

import multiprocessing
import random
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from api.channels.contract import IncomingMessage, Kind, MediaRef, OutgoingMessage
from api.conversations.intake import receive
from api.conversations.models import Conversation, InStatus, Media, Message, Mode
from api.conversations.outbox import say
from api.conversations.photos import store_photo
from api.conversations.takeover import TakenByAnother, release, take_over
from api.conversations.turn import handle_waiting
from api.core.clock import SystemClock
from api.core.db import transaction
from api.departments.models import Role
from api.departments.staff import add_staff
from tests.cast import jpeg
from tests.fakes.bot import ScriptedBot

GREETING = "Dạ, em là cán bộ trực."
ROUNDS = 40


class SlowBot:
    """Thinks for a moment that is long against a take-over, and answers twice, as forms do."""

    def turn(self, conversation_id: uuid.UUID, text: str, metadata: dict[str, Any]) -> list[OutgoingMessage]:
        time.sleep(random.uniform(0, 0.03))
        return [OutgoingMessage(f"máy: {text}"), OutgoingMessage("máy: còn gì nữa không ạ?")]

    def said(self, conversation_id: uuid.UUID, message_id: int) -> list[OutgoingMessage] | None:
        return None


def answers(conversation_id: uuid.UUID) -> int:
    """A worker's turn, in whichever process."""
    return handle_waiting(conversation_id, SlowBot(), SystemClock(), transaction)


def writes(conversation: str, number: int, **more: Any) -> uuid.UUID:
    with transaction() as session:
        kind = more.pop("kind", Kind.TEXT)
        incoming = IncomingMessage(
            "web", "default", conversation, conversation, f"{number}", kind, text=f"tin {number}", **more
        )
        row = receive(session, incoming, SystemClock().now())
        assert row is not None
        return row.conversation_id


@dataclass(frozen=True)
class Desk:
    """Two clerks who answer from the console."""

    ha: int
    minh: int

    def takes(self, conversation_id: uuid.UUID, staff_id: int) -> bool:
        """As the console does: the take-over and the greeting in one transaction."""
        try:
            with transaction() as session:
                take_over(session, conversation_id, staff_id)
                say(session, conversation_id, OutgoingMessage(GREETING), author="system", now=SystemClock().now())
        except TakenByAnother:
            return False
        return True

    def gives_back(self, conversation_id: uuid.UUID) -> None:
        with transaction() as session:
            release(session, conversation_id, SystemClock().now())


@pytest.fixture
def desk(committed: str, now: datetime) -> Desk:
    with transaction() as session:
        ha, minh = (add_staff(session, name, name, "mật khẩu đủ dài", Role.DISPATCHER).id for name in ("race_ha", "race_minh"))
    return Desk(ha, minh)


@pytest.fixture(scope="module")
def workers() -> Iterator[ProcessPoolExecutor]:
    # a forked child would share our connections; a fresh one reads the address from the environment
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def talk(conversation_id: uuid.UUID) -> list[Message]:
    with transaction() as session:
        query = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id)
        return list(session.scalars(query))


def test_no_word_of_the_bot_after_the_clerks_greeting(desk: Desk, workers: ProcessPoolExecutor) -> None:
    outcomes = set()
    for number in range(ROUNDS):
        key = writes(f"cuộc đua {number}", 1)
        writes(f"cuộc đua {number}", 2)
        turn = workers.submit(answers, key)
        # two workers by mistake on one thread must not matter either
        other = workers.submit(answers, key) if number % 4 == 0 else None
        time.sleep(random.uniform(0, 0.06))
        assert desk.takes(key, desk.ha)
        writes(f"cuộc đua {number}", 3)
        answers(key)
        turn.result(30)
        if other is not None:
            other.result(30)

        rows = talk(key)
        greeting = next(row.id for row in rows if row.text == GREETING)
        by_bot = [row for row in rows if row.author == "bot"]
        assert not [row.text for row in by_bot if row.id > greeting]
        # an answer is there with both its parts, or not at all, and never twice
        texts = [row.text for row in by_bot if row.text.startswith("máy: tin")]
        assert len(by_bot) == 2 * len(texts)
        assert texts == sorted(set(texts))
        assert "máy: tin 3" not in texts
        assert all(row.status == InStatus.DONE for row in rows if row.direction == "in")
        outcomes.add(len(texts))
    # the race was one: now the bot was faster, now the clerk
    assert len(outcomes) > 1


def test_one_of_two_clerks_gets_the_thread(desk: Desk) -> None:
    for number in range(15):
        key = writes(f"hai cán bộ {number}", 1)
        got: list[bool] = []
        ready = threading.Barrier(2)

        def tries(staff_id: int, key: uuid.UUID = key, got: list[bool] = got, ready: threading.Barrier = ready) -> None:
            ready.wait(10)
            got.append(desk.takes(key, staff_id))

        rivals = [threading.Thread(target=tries, args=(one,)) for one in (desk.ha, desk.minh)]
        for one in rivals:
            one.start()
        for one in rivals:
            one.join(20)
        assert sorted(got) == [False, True]
        assert [row.text for row in talk(key) if row.author == "system"] == [GREETING]


def test_the_bot_that_is_still_thinking_when_the_thread_is_given_back_says_its_word_once(desk: Desk) -> None:
    bot = ScriptedBot()
    bot.gate.clear()
    key = writes("trả lại giữa chừng", 1)
    turn = threading.Thread(target=handle_waiting, args=(key, bot, SystemClock(), transaction))
    turn.start()
    assert bot.asked.wait(10)  # before that the words would have been the clerk's to answer
    assert desk.takes(key, desk.ha)
    desk.gives_back(key)
    bot.gate.set()
    turn.join(20)
    handle_waiting(key, bot, SystemClock(), transaction)
    assert [row.text for row in talk(key) if row.author == "bot"] == ["Em nghe: tin 1"]
    with transaction() as session:
        assert session.get_one(Conversation, key).mode == Mode.BOT


def test_what_was_written_to_the_person_is_not_answered_by_the_bot_afterwards(desk: Desk) -> None:
    bot = ScriptedBot()
    key = writes("sau khi trả", 1)
    assert desk.takes(key, desk.ha)
    handle_waiting(key, bot, SystemClock(), transaction)
    desk.gives_back(key)
    writes("sau khi trả", 2)
    handle_waiting(key, bot, SystemClock(), transaction)
    assert bot.heard == ["tin 2"]


def test_photos_go_both_ways_while_a_person_answers(desk: Desk, now: datetime) -> None:
    bot = ScriptedBot()
    key = writes("ảnh", 1)
    assert desk.takes(key, desk.ha)
    with transaction() as session:
        hers = str(store_photo(session, jpeg("red"), conversation_id=key, now=now).id)
        his = str(store_photo(session, jpeg("blue"), staff_id=desk.ha, now=now).id)
    writes("ảnh", 2, kind=Kind.IMAGE, media=(MediaRef(media_id=hers),))
    with transaction() as session:
        say(session, key, OutgoingMessage("", media_ids=(his,)), author="staff", now=now, staff_id=desk.ha)
    handle_waiting(key, bot, SystemClock(), transaction)
    assert bot.heard == []
    assert [row.media_ids for row in talk(key) if row.media_ids] == [[hers], [his]]
    with transaction() as session:
        assert session.get_one(Media, uuid.UUID(hers)).conversation_id == key
