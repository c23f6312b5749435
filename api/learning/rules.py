"""From the bot's own record of a message to what it understood, and whether that is worth a look. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.learning.models import Reason
from api.learning.words import settings
from api.localities.taxonomy import message_types

SHOWN = 4  # of each ranking
HEADS = ("category", "procedure")


@dataclass(frozen=True)
class Understood:
    """One message as the bot understood it. `message_type` is empty for a button, `choice` what it settled."""

    message_id: int
    is_words: bool
    intent: str
    message_type: str
    rankings: dict[str, list[tuple[str, float]]]
    spans: list[tuple[str, int, int]]
    asked: str | None
    model_id: str | None
    choice: tuple[str, str] | None = None  # ("type" | "category" | "procedure", code)
    fixes: str | None = None  # the slot that a button wants mended

    @property
    def confidence(self) -> float:
        return self.rankings["intent"][0][1] if self.rankings["intent"] else 0.0

    def first(self, head: str) -> tuple[str | None, float | None, float | None]:
        """(name, probability, margin to the next) of a head; the names are None where it said nothing."""
        ranked = self.rankings[head]
        return (ranked[0][0], ranked[0][1], margin(ranked)) if ranked else (None, None, None)


def understood(event: Mapping[str, Any], asked: str | None, types: Mapping[str, str]) -> Understood | None:
    """A user event of Rasa (its `as_dict`); None if it does not name the message it was.

    `types`: which message type an intent is. The fallback component puts its own intent before the real ranking: what counts
    as the guess is the ranking behind it.
    """
    parse = event.get("parse_data") or {}
    message_id = (event.get("metadata") or parse.get("metadata") or {}).get("message_id")
    if not isinstance(message_id, int):
        return None
    intent = (parse.get("intent") or {}).get("name") or settings()["fallback_intent"]
    said = [(row["name"], float(row["confidence"])) for row in parse.get("intent_ranking") or [] if row.get("name")]
    rankings = {"intent": [row for row in said if row[0] != settings()["fallback_intent"]][:SHOWN]}
    rankings |= {head: _ranking(parse.get(f"{head}_ranking")) for head in HEADS}
    likeliest = rankings["intent"][0][0] if rankings["intent"] else intent
    text = event.get("text") or ""
    return Understood(
        message_id=message_id,
        is_words=bool(text.strip()) and not text.startswith("/"),
        intent=intent,
        message_type=types.get(likeliest, likeliest if likeliest in message_types() else ""),
        rankings=rankings,
        spans=[(e["entity"], e["start"], e["end"]) for e in parse.get("entities") or [] if _is_span(e)],
        asked=asked,
        model_id=(event.get("metadata") or {}).get("model_id"),
        choice=_choice(intent, parse.get("entities") or []),
        fixes=_pressed(settings()["corrections"]["fix"], intent, parse.get("entities") or []),
    )


def _ranking(rows: Sequence[Mapping[str, Any]] | None) -> list[tuple[str, float]]:
    return [(row["name"], float(row["confidence"])) for row in rows or [] if row.get("name")][:SHOWN]


def _is_span(entity: Mapping[str, Any]) -> bool:
    return isinstance(entity.get("start"), int) and isinstance(entity.get("end"), int)


def _choice(intent: str, entities: Sequence[Mapping[str, Any]]) -> tuple[str, str] | None:
    how = settings()["corrections"]["choices"].get(intent)
    if how is None:
        return None
    value = how.get("value") or _pressed({"intent": intent, **how}, intent, entities)
    return (how["settles"], value) if value else None


def _pressed(button: Mapping[str, Any], intent: str, entities: Sequence[Mapping[str, Any]]) -> str | None:
    """What a pressed button carries, None if it is another one."""
    if intent != button["intent"]:
        return None
    return next((str(e["value"]) for e in entities if e["entity"] == button["entity"]), None)


def margin(ranking: Sequence[tuple[str, float]]) -> float:
    """How far the first is ahead of the second; alone it is ahead of nothing at all."""
    if not ranking:
        return 0.0
    return ranking[0][1] - (ranking[1][1] if len(ranking) > 1 else 0.0)


def reasons(found: Understood) -> list[Reason]:
    """Why this message is worth a look by itself. Buttons, and words that answer a question of the bot, never are."""
    limits = settings()["unsure"]
    if not found.is_words or found.asked in settings()["answered_slots"]:
        return []
    if found.intent == settings()["fallback_intent"]:
        return [Reason.FALLBACK]
    made: list[Reason] = []
    if found.confidence < limits["confidence"] or margin(found.rankings["intent"]) < limits["margin"]:
        made.append(Reason.UNSURE_TYPE)
    _, confidence, ahead = found.first("category")
    categorised = found.message_type in settings()["categorised_types"] and confidence is not None and ahead is not None
    if categorised and (confidence < limits["category_confidence"] or ahead < limits["category_margin"]):
        made.append(Reason.UNSURE_CATEGORY)
    return made


def is_correction(found: Understood) -> bool:
    """“Sai rồi”, “không” to the summary of a report, or the button that says which part the bot got wrong."""
    how = settings()["corrections"]
    said = found.is_words and found.intent in how["intents"]
    denied = found.intent in how["deny_intents"] and found.asked == how["denied_slot"]
    return said or denied or found.fixes in how["fix"]["values"]
