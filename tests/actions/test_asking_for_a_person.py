"""Who asks for a person is promised what the office can keep: at once while it is open, else from its next opening."""

from datetime import UTC, datetime

import pytest
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.answers import AskHuman
from actions.turn import Said, Turn
from tests.cast import citizen


@pytest.mark.parametrize(
    ("asked", "response", "opens"),
    [
        (datetime(2026, 11, 23, 2, 0, tzinfo=UTC), "utter_human_soon", None),  # Monday 09:00
        (
            datetime(2026, 11, 23, 13, 0, tzinfo=UTC),
            "utter_human_later",
            "thứ Tư 25/11",
        ),  # Monday 20:00; the 24th is Vietnam Culture Day
        (datetime(2026, 11, 27, 14, 0, tzinfo=UTC), "utter_human_later", "thứ Hai 30/11"),  # Friday 21:00
        (datetime(2026, 12, 31, 14, 0, tzinfo=UTC), "utter_human_later", "thứ Hai 04/01"),  # before New Year's Day, a Friday
    ],
)
def test_the_promise_comes_from_the_calendar(db: Session, asked: datetime, response: str, opens: str | None) -> None:
    thread = citizen(db, asked)
    dispatcher = CollectingDispatcher()
    AskHuman().act(Turn(db, Said("x", 1.0, "", {}, {}, (), 0), {}, thread.id, asked, dispatcher))
    [said] = dispatcher.messages
    assert said["response"] == response
    assert thread.wants_human
    if opens:
        assert opens in said["opens"]
