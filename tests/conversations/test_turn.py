"""The turn: in order, once, silent when a person has taken over; a pressed button counts only if it was offered."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from sqlalchemy.orm import Session

from api.channels.contract import Button, IncomingMessage, Kind, OutgoingMessage
from api.conversations.bot import replies_after
from api.conversations.intake import receive
from api.conversations.models import Conversation, Message
from api.conversations.outbox import say
from api.conversations.queries import history
from api.conversations.takeover import TakenByAnother, release, take_over
from api.conversations.turn import SILENT_ATTEMPTS, handle_waiting, words
from api.core.clock import FixedClock
from api.core.errors import OutsideFailure
from api.departments.staff import add_staff

Transaction = Callable[[], AbstractContextManager[Session]]


class ScriptedBot:
    """Answers "re: …", remembers what it saw, and can die before or after answering."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.record: dict[int, list[OutgoingMessage]] = {}
        self.dies: str | None = None
        self.silent = False
        self.meanwhile: Callable[[], object] = lambda: None

    def turn(self, conversation_id: uuid.UUID, text: str, metadata: dict[str, Any]) -> list[OutgoingMessage]:
        if self.dies == "before":
            raise OutsideFailure("gone", permanent=False)
        self.seen.append(text)
        answer = [] if self.silent else [OutgoingMessage(f"re: {text}")]
        self.record[metadata["message_id"]] = answer
        self.meanwhile()
        if self.dies == "after":
            raise OutsideFailure("gone", permanent=False)
        return answer

    def said(self, conversation_id: uuid.UUID, message_id: int) -> list[OutgoingMessage] | None:
        return self.record.get(message_id)


@pytest.fixture
def bot() -> ScriptedBot:
    return ScriptedBot()


@pytest.fixture
def transaction(db: Session) -> Transaction:
    @contextmanager
    def same_session() -> Iterator[Session]:
        yield db
        db.commit()

    return same_session


def incoming(text: str = "", number: str = "1", **more: Any) -> IncomingMessage:
    return IncomingMessage("web", "default", "chat", "chat", number, more.pop("kind", Kind.TEXT), text=text, **more)


def thread(db: Session, clock: FixedClock, *texts: str) -> Conversation:
    for number, text in enumerate(texts):
        receive(db, incoming(text, str(number)), clock.now())
    message = db.query(Message).first()
    assert message is not None
    return db.get_one(Conversation, message.conversation_id)


def spoken(db: Session, conversation: Conversation) -> list[str]:
    return [m.text for m in history(db, conversation.id) if m.direction == "out"]


def test_it_works(db: Session, clock: FixedClock, bot: ScriptedBot, transaction: Transaction) -> None:
    conversation = thread(db, clock, "một", "hai", "ba")
    assert handle_waiting(conversation.id, bot, clock, transaction) == 3
    assert spoken(db, conversation) == ["re: một", "re: hai", "re: ba"]
    assert handle_waiting(conversation.id, bot, clock, transaction) == 0


def test_the_same_message_twice_is_stored_once(db: Session, clock: FixedClock, bot: ScriptedBot) -> None:
    assert receive(db, incoming("một"), clock.now()) is not None
    assert receive(db, incoming("một"), clock.now()) is None


@pytest.mark.parametrize(("dies", "asked"), [("before", ["một"]), ("after", ["một"])])
def test_dying_around_the_answer_asks_and_answers_once(
    db: Session, clock: FixedClock, bot: ScriptedBot, transaction: Transaction, dies: str, asked: list[str]
) -> None:
    conversation = thread(db, clock, "một")
    bot.dies = dies
    with pytest.raises(OutsideFailure):
        handle_waiting(conversation.id, bot, clock, transaction)
    assert spoken(db, conversation) == []
    bot.dies = None
    handle_waiting(conversation.id, bot, clock, transaction)
    assert bot.seen == asked
    assert spoken(db, conversation) == ["re: một"]


def test_a_silent_bot_is_asked_again_and_then_answered_for(
    db: Session, clock: FixedClock, bot: ScriptedBot, transaction: Transaction
) -> None:
    conversation = thread(db, clock, "một")
    bot.silent = True
    for _ in range(SILENT_ATTEMPTS - 1):
        with pytest.raises(OutsideFailure):
            handle_waiting(conversation.id, bot, clock, transaction)
    handle_waiting(conversation.id, bot, clock, transaction)
    assert spoken(db, conversation) == [words()["try_later"]]


def test_a_person_takes_over_while_the_bot_thinks(
    db: Session, clock: FixedClock, bot: ScriptedBot, transaction: Transaction
) -> None:
    conversation = thread(db, clock, "một", "hai")
    ha = add_staff(db, "ha", "Hà", "a long password", "dispatcher")
    bot.meanwhile = lambda: take_over(db, conversation.id, ha.id)
    handle_waiting(conversation.id, bot, clock, transaction)
    assert bot.seen == ["một"]
    assert spoken(db, conversation) == []


def test_the_bot_returns_on_release(db: Session, clock: FixedClock, bot: ScriptedBot, transaction: Transaction) -> None:
    conversation = thread(db, clock, "một")
    ha = add_staff(db, "ha", "Hà", "a long password", "dispatcher")
    chi = add_staff(db, "chi", "Chi", "a long password", "dispatcher")
    take_over(db, conversation.id, ha.id)
    with pytest.raises(TakenByAnother):
        take_over(db, conversation.id, chi.id)
    handle_waiting(conversation.id, bot, clock, transaction)
    release(db, conversation.id, clock.now())
    receive(db, incoming("hai", "9"), clock.now())
    handle_waiting(conversation.id, bot, clock, transaction)
    assert bot.seen == ["hai"]


def offer(db: Session, conversation: Conversation, clock: FixedClock) -> None:
    message = OutgoingMessage("Gửi nhé?", (Button("Đồng ý gửi", "/affirm"), Button("Sửa lại", "/correct")))
    say(db, conversation.id, message, author="bot", now=clock.now())


@pytest.mark.parametrize(
    ("message", "reaches"),
    [
        (incoming("Sửa lại", "5", payload="/correct", kind=Kind.BUTTON), "/correct"),
        (incoming("2", "5"), "/correct"),
        (incoming("đồng ý gửi", "5"), "/affirm"),
        (incoming("x", "5", payload="/rate{}", kind=Kind.BUTTON), "x"),
        (incoming("/rate{}", "5"), "rate{}"),
        (incoming(" //restart", "5"), "restart"),
        (incoming(kind=Kind.LOCATION, number="5", lat=20.9, lon=106.3), '/send_location{"lat": 20.9, "lon": 106.3}'),
        (incoming(kind=Kind.IMAGE, number="5"), "/send_photo"),
        (incoming(kind=Kind.STICKER, number="5"), "/send_unsupported"),
    ],
)
def test_what_reaches_the_bot(
    db: Session, clock: FixedClock, bot: ScriptedBot, transaction: Transaction, message: IncomingMessage, reaches: str
) -> None:
    conversation = thread(db, clock, "một")
    handle_waiting(conversation.id, bot, clock, transaction)
    offer(db, conversation, clock)
    receive(db, message, clock.now())
    handle_waiting(conversation.id, bot, clock, transaction)
    assert bot.seen[-1] == reaches


def test_answers_are_found_in_rasas_record() -> None:
    events = [
        {"event": "user", "metadata": {"message_id": 1}},
        {"event": "bot", "text": "a", "data": {"buttons": [{"title": "t", "payload": "/p"}]}},
        {"event": "slot"},
        {"event": "bot", "text": None, "data": {"custom": {"card": {"kind": "ticket"}}}},
        {"event": "user", "metadata": {"message_id": 2}},
        {"event": "bot", "text": "b"},
    ]
    found = replies_after(events, 1)
    assert found is not None
    assert [m.text for m in found] == ["a", ""]
    assert found[0].buttons == (Button("t", "/p"),)
    assert found[1].card == {"kind": "ticket"}
    assert replies_after(events, 3) is None
