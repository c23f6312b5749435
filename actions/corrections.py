""" "Sai rồi, …": which part of a report is meant, and its new value if the message brings one. Pure."""

import re
from collections.abc import Mapping

from actions.places import Helpers, Slots, Updates, place_updates, place_words
from actions.turn import Said
from actions.words import has, plain, words

ORDER = ("description", "split", "category", "place", "photos_done", "contact_done", "confirmed")
FIELD_SURE = 0.6  # probability from which the new words change the field
_CLAUSE = re.compile(r"[,;.]|\bmà\b|\bma\b", re.IGNORECASE)


def correction(requested: str | None, slots: Slots, said: Said, helpers: Helpers) -> Updates:
    """The slots that change. Without any hint: at the summary it is asked what, before it the last answer is asked again."""
    told = place_words(said)
    if told:
        return place_updates(told, helpers, slots) | {"fix": None}
    if said.first("phone") or said.first("person"):
        name = said.first("person")
        return {"contact_done": "yes", "fix": None} | ({"contact_name": name} if name else {})
    named = part_named(said.text)
    value = said.text.partition(":")[2].strip()
    if named == "description" and len(value.split()) > 2:
        return {"description": value, "problems": None, "fix": None}
    if named:
        return reset(named)
    return _in_words(slots, said, helpers) or _nothing_named(requested)


def part_named(text: str) -> str | None:
    """The part of the report that a short answer to "sửa phần nào?" names."""
    return next((part for part, signs in words()["parts"].items() if has(text, signs)), None)


def _in_words(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    """ "Không phải đèn mà là cống": the report's words grow; its field follows what is said to be right."""
    if not said.is_words or len(plain(said.text).split()) < 4 or not slots.get("description"):
        return None
    updates: Updates = {"description": f"{slots['description']}\n{said.text}", "fix": None}
    right = " ".join(c for c in _CLAUSE.split(said.text) if c.strip() and not has(c, words()["not_meant"])).strip()
    parsed = helpers.parse(right) if right else None
    category, probability = parsed.field if parsed else ("other", 0.0)
    if probability >= FIELD_SURE and slots.get("split") != "yes":
        updates["category"] = category
    return updates


def _nothing_named(requested: str | None) -> Updates:
    if requested == "confirmed":
        return {"fix": "ask"}
    done = [slot for slot in ORDER[: ORDER.index(requested)] if slot != "split"] if requested in ORDER else []
    return reset(done[-1] if done else "description")


def reset(slot: str) -> Updates:
    also: Mapping[str, Updates] = {
        "description": {"problems": None, "split": None},
        # the old words stay at hand: "số 9" is then still in the same ward
        "place": {"place_options": None, "lat": None, "lon": None},
        "contact_done": {"contact_name": None, "contact_phone": None},
        "photos_done": {"photos": None},
        "category": {"split": "no", "problems": None},
    }
    return {slot: None, "fix": None} | dict(also.get(slot, {}))
