"""The code over the bot: asked for in one chat, typed in another, refused to a guesser."""

from datetime import datetime
from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.linking import EnterCode, LinkChannels
from actions.turn import Said, Turn
from api.channels.contract import IncomingMessage, Kind
from api.citizens.linking import TRIES, tries_left
from api.conversations.intake import receive
from api.conversations.models import Conversation
from api.conversations.turn import words_for_bot
from api.tickets.open import open_ticket
from api.tickets.queries import of_conversation
from tests.cast import draft


class Chat:
    """One chat of a citizen, and the bot's hands in it."""

    def __init__(self, db: Session, now: datetime, channel: str, who: str) -> None:
        self.db, self.now, self.address, self.count = db, now, (channel, "town", who, who), 0
        self.writes("chào")

    def writes(self, text: str) -> str:
        """Returns what the bot is sent."""
        self.count += 1
        row = receive(self.db, IncomingMessage(*self.address, f"{self.count}", Kind.TEXT, text), self.now)
        assert row is not None
        self.thread = self.db.get_one(Conversation, row.conversation_id)
        return words_for_bot(self.db, row)

    def act(self, action: type[LinkChannels] | type[EnterCode], **entities: str) -> list[dict[str, Any]]:
        said = Said("x", 1.0, "", {kind: (value,) for kind, value in entities.items()}, {}, (), 0)
        turn = Turn(self.db, said, {}, self.thread.id, self.now, CollectingDispatcher())
        assert action().act(turn) == []
        return list(turn.dispatcher.messages)


def test_asked_for_here_typed_there(db: Session, now: datetime) -> None:
    zalo, telegram = Chat(db, now, "zalo", "lan"), Chat(db, now, "telegram", "lan-tele")
    ticket = open_ticket(db, draft(zalo.thread), now)
    assert telegram.writes("123456") == "123456"  # nobody waits for a code
    [shown] = zalo.act(LinkChannels)
    assert shown["response"] == "utter_link_code"
    assert shown["minutes"] == 10
    code = shown["code"]
    assert zalo.writes(code) == code  # where it was shown it means nothing
    assert telegram.writes(f" {code} ") == f'/enter_code{{"code": "{code}"}}'
    [linked] = telegram.act(EnterCode, code=code)
    assert (linked["response"], linked["channels"]) == ("utter_linked", "Zalo, Telegram")
    assert [one.number for one in of_conversation(db, telegram.thread.id)] == [ticket.number]
    # a turn that runs twice says the same
    assert telegram.act(EnterCode, code=code)[0]["response"] == "utter_linked"
    already, fresh = zalo.act(LinkChannels)
    assert (already["response"], already["channels"]) == ("utter_linked_already", "Zalo, Telegram")
    assert fresh["code"] != code


def test_a_wrong_code_is_counted_although_it_is_refused(db: Session, now: datetime) -> None:
    zalo, stranger = Chat(db, now, "zalo", "lan"), Chat(db, now, "web", "ke-la")
    code = zalo.act(LinkChannels)[0]["code"]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert stranger.writes(wrong) == f'/enter_code{{"code": "{wrong}"}}'
    [refused] = stranger.act(EnterCode, code=wrong)
    assert "không đúng hoặc đã hết hạn" in refused["text"]
    assert tries_left(db, stranger.thread.citizen_id, now) == TRIES - 1
    assert list(of_conversation(db, stranger.thread.id)) == []
