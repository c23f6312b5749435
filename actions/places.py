"""What place words and pins add to a report. Pure: places are resolved by functions handed in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.turn import Parser, Said, not_parsed
from actions.words import plain, readable, words
from api.core.text import squeeze
from api.places.resolve import Resolution

Slots = Mapping[str, Any]
Updates = dict[str, Any]

MOST_OPTIONS = 8  # units offered as buttons
WORDS_BESIDE = 2  # words beside a place that tell of nothing ("ở", "gần")
FIELD_SURE = 0.9  # probability of a field from which words that name no place tell of a problem


@dataclass(frozen=True)
class Helpers:
    """What filling needs from outside."""

    resolve: Callable[[str], Resolution]
    units_at: Callable[[float, float], Sequence[str]]
    parse: Parser = not_parsed


def place_words(said: Said) -> str | None:
    """The place expressions of a message as one: "ngõ 12 Nguyễn Lương Bằng, phường Thanh Bình"."""
    parts = said.entities.get("location") or ()
    return squeeze(", ".join(parts)) or None


def pin_updates(lat: float, lon: float, slots: Slots, helpers: Helpers) -> Updates:
    """What a pin tells. Near a border it may lie in two or three units: those are asked about, as for words."""
    at: Updates = {"lat": lat, "lon": lon, "place_options": None}
    asked = slots.get("place_options") or ()
    units = helpers.units_at(lat, lon)
    units = [unit for unit in units if unit in asked] or units
    # words that name a ward are believed above a pin near its border
    if slots.get("place") and slots.get("unit_code") is not None:
        return at
    sure = units[0] if len(units) == 1 else None
    if slots.get("place"):
        return at | {"unit_code": sure}
    told = slots.get("place_text") if asked else None
    if len(units) > 1:
        return at | {"place": None, "place_text": told, "unit_code": None, "place_options": list(units)}
    return at | {"place": told or _point(lat, lon), "place_text": told, "unit_code": sure}


def _point(lat: float, lon: float) -> str:
    return f"{lat:.5f}, {lon:.5f}"


def place_updates(said: str, helpers: Helpers, slots: Slots | None = None) -> Updates:
    """What place words mean. Between several units the place stays open and the options are kept for asking.

    `slots`: of a place that is being corrected; the same street with another number stays in its ward.
    """
    before = slots or {}
    if before.get("unit_code") and _same_street(said, before.get("place_text") or ""):
        return {"place": said, "place_text": said, "unit_code": before["unit_code"], "place_options": None}
    found = helpers.resolve(said)
    if found.unit_code or not _worth_asking(found):
        point = {"lat": found.lat, "lon": found.lon} if found.reason == "landmark" else {}
        return {"place": said, "place_text": said, "unit_code": found.unit_code, "place_options": None} | point
    return {"place": None, "place_text": said, "unit_code": None, "place_options": list(found.candidates)[:MOST_OPTIONS]}


def _same_street(new: str, old: str) -> bool:
    kinds = {"ngo", "ngach", "hem", "so", "nha", "duong", "pho"}
    names = [word for word in plain(new).split() if word.isalpha() and word not in kinds]
    return len(names) > 1 and f" {' '.join(names)} " in plain(old)


def _worth_asking(found: Resolution) -> bool:
    # a whole former district has a dozen units: then the words alone go to the dispatcher
    return found.reason in {"split", "ambiguous"} and 1 < len(found.candidates) <= MOST_OPTIONS


def answer_where(slots: Slots, said: Said, helpers: Helpers, aside: bool) -> Updates | None:
    """The answer to "where?", None where it is none. `aside`: the message has a topic of its own."""
    if said.intent == "choose_place":
        pinned = slots.get("lat") is not None and slots.get("lon") is not None
        told = slots.get("place_text") or (_point(slots["lat"], slots["lon"]) if pinned else "")
        return {"place": told, "unit_code": said.first("unit"), "place_options": None}
    if said.intent == "send_location":
        return {}
    if said.intent in ("skip", "deny"):
        known = slots.get("place_text") if slots.get("place_options") else None
        return {"place": known or words()["unknown_place"], "place_text": known, "unit_code": None, "place_options": None}
    if not said.is_words or said.intent == "affirm":
        return None
    told = place_words(said)
    if slots.get("place_options"):
        return _among_options(slots, told or said.text, helpers)
    if told is None and not _could_be_a_place(said, helpers, aside):
        return None
    return place_updates(told or said.text, helpers, slots)


def names_a_place(said: Said, helpers: Helpers) -> bool:
    """Whether the message is a place and nothing else. "cống tắc" looks like one to the model, and is none."""
    if said.intent not in ("inform_location", "nlu_fallback") or not said.is_words:
        return False
    told = place_words(said)
    known = helpers.resolve(told or said.text).reason != "unknown"
    beside = set(plain(said.text).split()) - set(plain(told or "").split())
    if said.intent == "nlu_fallback":
        return told is not None and known and len(beside) <= WORDS_BESIDE
    if told is None:
        return known or said.field[1] < FIELD_SURE
    # "nước máy đục ngầu ở thị trấn Gia Lộc" says more than where
    return not said.tells_of_trouble or len(beside) <= WORDS_BESIDE


def _could_be_a_place(said: Said, helpers: Helpers, aside: bool) -> bool:
    if helpers.resolve(said.text).reason != "unknown":
        return True
    # "đèn", "bao giờ mới thu đây": a place that nobody knows is believed only where nothing else is likelier
    foreign = said.intent in ("report", "suggestion", "out_of_scope") and said.confidence > 0.6
    return readable(said.text) and not aside and not foreign


def _among_options(slots: Slots, told: str, helpers: Helpers) -> Updates:
    options = slots.get("place_options") or []
    fitting = [code for code in helpers.resolve(told).candidates if code in options]
    text = squeeze(f"{told}, {slots.get('place_text') or ''}").strip(", ")
    return {"place": text, "place_text": text, "unit_code": fitting[0] if len(fitting) == 1 else None, "place_options": None}
