"""One call of one action: what the citizen just said, what the bot remembers, and a way to answer by a response's name."""

import json
import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from api.conversations.bot import RasaBot
from api.conversations.models import Conversation
from api.core.clock import Clock, SystemClock
from api.core.db import transaction
from api.core.errors import DomainError, OutsideFailure
from api.core.settings import get_settings
from api.core.text import nfc

log = logging.getLogger(__name__)
LEFT_AT_ONCE = {"rating_form"}  # forms that end with the first action that is not theirs
SHORT_ANSWER = 4  # words of a yes or no at most
FIELD_SURE = 0.9  # probability from which a longer answer tells of a problem
PARSE_SECONDS = 3.0  # the bot answers within 20 ms; a turn may wait 20 seconds in all


@dataclass(frozen=True)
class Said:
    """The citizen's message as Rasa understood it."""

    intent: str
    confidence: float
    text: str
    entities: Mapping[str, tuple[str, ...]]  # by kind, in order of the text
    rankings: Mapping[str, tuple[tuple[str, float], ...]]  # "category", "procedure" → (label, probability), best first
    media_ids: tuple[str, ...]
    message_id: int
    likely: Mapping[str, float] = field(default_factory=dict)  # intent → probability, before it was judged unsure
    signals: Mapping[str, float] = field(default_factory=dict)  # "anger", "danger" … → probability

    def first(self, entity: str) -> str | None:
        values = self.entities.get(entity)
        return values[0] if values else None

    @property
    def is_words(self) -> bool:
        """Typed by a person, not a pressed button."""
        return bool(self.text) and not self.text.startswith("/")

    @property
    def goes_on(self) -> bool:
        """ "Vâng, cột điện trước nhà tôi sắp đổ": more than a yes or no, and surely of some field."""
        return self.is_words and len(self.text.split()) > SHORT_ANSWER and self.field[1] >= FIELD_SURE

    @property
    def field(self) -> tuple[str, float]:
        """The likeliest category and its probability."""
        return next(iter(self.rankings.get("category", ())), ("other", 0.0))

    @property
    def tells_of_trouble(self) -> bool:
        """Whether the words report or suggest something, also where another intent was a little likelier."""
        if not self.is_words or self.intent in ("emergency", "denunciation", "complaint"):
            return False
        return self.intent in ("report", "suggestion") or self.likely.get("report", 0) + self.likely.get("suggestion", 0) > 0.1


Parser = Callable[[str], Said | None]


def said_of(message: Mapping[str, Any]) -> Said:
    """Rasa's `latest_message`, or an answer of its parser, as `Said`."""
    found: dict[str, list[str]] = {}
    for entity in sorted(message.get("entities") or [], key=lambda e: e.get("start") or 0):
        found.setdefault(entity["entity"], []).append(str(entity["value"]))
    intent = message.get("intent") or {}
    metadata = message.get("metadata") or {}
    return Said(
        intent=intent.get("name") or "nlu_fallback",
        confidence=float(intent.get("confidence") or 0),
        text=nfc(message.get("text") or ""),
        entities={kind: tuple(values) for kind, values in found.items()},
        rankings={head: _ranking(message, head) for head in ("category", "procedure")},
        media_ids=tuple(metadata.get("media_ids") or ()),
        message_id=int(metadata.get("message_id") or 0),
        likely=_named(message.get("intent_ranking")),
        signals=_named(message.get("signals")),
    )


def _named(rows: Iterable[Mapping[str, Any]] | None) -> Mapping[str, float]:
    return {row["name"]: float(row["confidence"]) for row in rows or () if row.get("name") and row["name"] != "nlu_fallback"}


def _ranking(message: Mapping[str, Any], head: str) -> tuple[tuple[str, float], ...]:
    rows = message.get(f"{head}_ranking") or []
    return tuple((row["name"], float(row["confidence"])) for row in rows if row.get("name"))


def not_parsed(text: str) -> Said | None:
    """A parser that knows nothing."""
    return None


def parse_with_bot(text: str) -> Said | None:
    """What the bot would understand by a part of a message; None where it does not answer: nobody waits for a nicety."""
    try:
        return said_of(_bot().parse(text))
    except OutsideFailure:
        return None


@lru_cache(maxsize=1)
def _bot() -> RasaBot:
    return RasaBot(get_settings().bot_address, PARSE_SECONDS)


@dataclass
class Turn:
    """Handed to every action. `session` commits when the action returns. `loop`: the form that is open."""

    session: Session
    said: Said
    slots: Mapping[str, Any]
    conversation_id: uuid.UUID
    now: datetime
    dispatcher: CollectingDispatcher
    history: list[dict[str, Any]] = field(default_factory=list)
    parse: Parser = not_parsed
    loop: str | None = None

    @property
    def conversation(self) -> Conversation:
        return self.session.get_one(Conversation, self.conversation_id)

    def say(self, response: str, *, buttons: Iterable[Mapping[str, str]] = (), **fields: Any) -> None:
        """Answer with a response of the bot's domain, its fields filled."""
        # Rasa takes "0[" in a filled response for a field that it failed to fill, and would show the bare template
        safe = {key: value.replace("0[", "0 [") if isinstance(value, str) else value for key, value in fields.items()}
        self.dispatcher.utter_message(response=response, buttons=[dict(b) for b in buttons], **safe)

    def show(self, card: Mapping[str, Any]) -> None:
        self.dispatcher.utter_message(json_message={"card": dict(card)})

    def follows(self, asked_at: Any) -> bool:
        """Whether this is the citizen's next message after the one (its id) at which something was asked."""
        before = [event for event in self.history if event.get("event") == "user"][:-1]
        last = (before[-1].get("metadata") or {}).get("message_id") if before else None
        return last is not None and last == asked_at


def button(title: str, intent: str, **entities: str) -> dict[str, str]:
    """A button that says `intent` with these entities when it is pressed."""
    return {"title": title, "payload": f"/{intent}{json.dumps(entities, ensure_ascii=False)}"}


def slots(**values: Any) -> list[dict[str, Any]]:
    return [SlotSet(name, value) for name, value in values.items()]


def ended() -> list[dict[str, Any]]:
    """The open question is dropped."""
    events: list[dict[str, Any]] = [ActiveLoop(None), SlotSet("requested_slot", None)]
    return events


def then(action: str) -> dict[str, Any]:
    """Run `action` next, in the same turn."""
    event: dict[str, Any] = FollowupAction(action)
    return event


class ServiceAction(Action):  # type: ignore[misc]  # rasa-sdk is untyped
    """Base of every action: one transaction, the clock handed in, errors said in words."""

    action_name: ClassVar[str]
    clock: ClassVar[Clock] = SystemClock()

    def name(self) -> str:
        return self.action_name

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        raise RuntimeError("an action says what it does in act()")

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        try:
            with transaction() as session:
                turn = self._turn(session, dispatcher, tracker)
                return [*self._leave(turn), *self.act(turn)]
        except DomainError as error:
            dispatcher.messages.clear()
            dispatcher.utter_message(text=error.message)
        except Exception:
            # the slots stay as they are, so the citizen can simply try again
            log.exception("action %s failed", self.action_name)
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_try_later")
        return []

    def _leave(self, turn: Turn) -> list[dict[str, Any]]:
        """A question that nobody has to answer is dropped as soon as something else is done."""
        return ended() if turn.loop in LEFT_AT_ONCE and not self.action_name.startswith("validate_") else []

    def _turn(self, session: Session, dispatcher: CollectingDispatcher, tracker: Tracker) -> Turn:
        return Turn(
            session=session,
            said=said_of(tracker.latest_message),
            slots=dict(tracker.slots),
            conversation_id=uuid.UUID(tracker.sender_id),
            now=self.clock.now(),
            dispatcher=dispatcher,
            history=list(tracker.events),
            parse=parse_with_bot,
            loop=tracker.active_loop_name,
        )
