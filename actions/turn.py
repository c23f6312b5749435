"""One call of one action: what the citizen just said, what the bot remembers, and a way to answer by a response's name."""

import logging
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from api.conversations.models import Conversation
from api.core.clock import Clock, SystemClock
from api.core.db import transaction
from api.core.errors import DomainError
from api.core.text import nfc

log = logging.getLogger(__name__)


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

    def first(self, entity: str) -> str | None:
        values = self.entities.get(entity)
        return values[0] if values else None

    @property
    def is_words(self) -> bool:
        """Typed by a person, not a pressed button."""
        return bool(self.text) and not self.text.startswith("/")


def said_of(message: Mapping[str, Any]) -> Said:
    """Rasa's `latest_message` as `Said`."""
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
    )


def _ranking(message: Mapping[str, Any], head: str) -> tuple[tuple[str, float], ...]:
    rows = message.get(f"{head}_ranking") or []
    return tuple((row["name"], float(row["confidence"])) for row in rows if row.get("name"))


@dataclass
class Turn:
    """Handed to every action. `session` commits when the action returns."""

    session: Session
    said: Said
    slots: Mapping[str, Any]
    conversation_id: uuid.UUID
    now: datetime
    dispatcher: CollectingDispatcher
    history: list[dict[str, Any]] = field(default_factory=list)

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


def slots(**values: Any) -> list[dict[str, Any]]:
    return [SlotSet(name, value) for name, value in values.items()]


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
                return self.act(self._turn(session, dispatcher, tracker))
        except DomainError as error:
            dispatcher.messages.clear()
            dispatcher.utter_message(text=error.message)
        except Exception:
            # the slots stay as they are, so the citizen can simply try again
            log.exception("action %s failed", self.action_name)
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_try_later")
        return []

    def _turn(self, session: Session, dispatcher: CollectingDispatcher, tracker: Tracker) -> Turn:
        return Turn(
            session=session,
            said=said_of(tracker.latest_message),
            slots=dict(tracker.slots),
            conversation_id=uuid.UUID(tracker.sender_id),
            now=self.clock.now(),
            dispatcher=dispatcher,
            history=list(tracker.events),
        )
