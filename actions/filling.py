"""What a message adds to a report that is being taken down. Pure: places are resolved by a function handed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from actions.turn import Said
from api.core.text import fold, squeeze
from api.localities.taxonomy import categories
from api.places.resolve import Resolution

Slots = Mapping[str, Any]
Updates = dict[str, Any]

ORDER = ("description", "category", "place", "photos_done", "contact_done", "confirmed")
CATEGORY_SURE = 0.5  # from this probability on the category is not asked
CATEGORY_LIKELY = 0.3  # an answer to "which field?" may be vaguer
UNKNOWN_PLACE = "không rõ"

# a message of these intents is not an answer: it is dealt with, then the question is asked again
ASIDE = {
    "question", "status", "human", "ask_bot", "thank", "greet", "goodbye", "repeat", "praise", "satisfied", "rate", "not_fixed",
    "send_unsupported", "link_channels", "enter_code",
}  # fmt: skip
# these end or replace the report
LEAVES = {"cancel", "denunciation", "emergency"}

_FIX_WORDS = {
    "place": ("dia chi", "dia diem", "cho nay", "vi tri", "duong", "phuong", "xa ", "noi xay ra"),
    "contact_done": ("so dien thoai", "sdt", "ten ", "lien he", "lien lac"),
    "photos_done": ("anh ", "hinh"),
    "category": ("linh vuc", "loai", "nhom"),
    "description": ("noi dung", "mo ta"),
}


@dataclass(frozen=True)
class Helpers:
    """What filling needs from outside."""

    resolve: Callable[[str], Resolution]
    unit_at: Callable[[float, float], str | None]


def place_words(said: Said) -> str | None:
    """The place expressions of a message as one: "ngõ 12 Nguyễn Lương Bằng, phường Thanh Bình"."""
    parts = said.entities.get("location") or ()
    return squeeze(", ".join(parts)) or None


def from_first_words(said: Said, helpers: Helpers) -> Updates:
    """Everything that the message which starts a report already tells, so that none of it is asked again."""
    updates = _absorb(said, {}, helpers)
    if said.is_words:
        updates |= {"description": said.text} | _category(said, CATEGORY_SURE)
        words = place_words(said)
        if words:
            updates |= place_updates(words, helpers)
    return updates


def fill(requested: str | None, slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    """The slots that this message sets while `requested` is being asked; None if it is no answer at all."""
    if said.intent in LEAVES:
        return None
    updates = _absorb(said, slots, helpers)
    if said.intent == "fix":
        return updates | _reset(said.first("slot") or "description")
    if said.intent == "correct":
        return updates | _correction(requested, slots, said, helpers)
    answer = _ANSWERS[requested or "description"](slots, said, helpers)
    if answer is None and not updates:
        return None
    return updates | (answer or {})


def _absorb(said: Said, slots: Slots, helpers: Helpers) -> Updates:
    """Photos, a pin and a phone number are taken whenever they come."""
    updates: Updates = {}
    if said.media_ids:
        have = list(slots.get("photos") or [])
        updates["photos"] = have + [m for m in said.media_ids if m not in have]
        updates["photos_done"] = "yes"
    if said.intent == "send_location":
        updates |= pin_updates(float(said.first("lat") or 0), float(said.first("lon") or 0), slots, helpers)
    if said.intent != "status" and said.first("phone"):
        updates["contact_phone"] = "".join(c for c in said.first("phone") or "" if c.isdigit())
    return updates


def pin_updates(lat: float, lon: float, slots: Slots, helpers: Helpers) -> Updates:
    updates: Updates = {"lat": lat, "lon": lon, "place_options": None}
    unit = helpers.unit_at(lat, lon)
    if slots.get("unit_code") is None:
        updates["unit_code"] = unit
    if not slots.get("place"):
        updates["place"] = f"{lat:.5f}, {lon:.5f}"
    return updates


def place_updates(words: str, helpers: Helpers, *, insist: bool = False) -> Updates:
    """What place words mean. Between several units the place stays open and the options are kept for asking.

    `insist`: the citizen was asked already; keep the words for the dispatcher rather than ask again.
    """
    found = helpers.resolve(words)
    if found.unit_code or insist or not _worth_asking(found):
        point = {"lat": found.lat, "lon": found.lon} if found.reason == "landmark" else {}
        return {"place": words, "place_text": words, "unit_code": found.unit_code, "place_options": None} | point
    return {"place_text": words, "unit_code": None, "place_options": list(found.candidates)[:8]}


def _worth_asking(found: Resolution) -> bool:
    # a whole former district has a dozen units: then the words alone go to the dispatcher
    return found.reason in {"split", "ambiguous"} and 1 < len(found.candidates) <= 8


def _category(said: Said, sure: float) -> Updates:
    ranking = [(code, p) for code, p in said.rankings.get("category", ()) if code in categories()]
    if ranking and ranking[0][1] >= sure:
        return {"category": ranking[0][0], "category_options": None}
    return {"category_options": [code for code, _ in ranking[:3]]}


def _description(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    if not said.is_words or (said.intent in ASIDE and said.confidence > 0.6) or len(said.text) < 4:
        return None
    return from_first_words(said, helpers)


def _chosen_category(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    options = list(slots.get("category_options") or [])
    pressed = said.first("category") if said.intent == "choose_category" else None
    if pressed in categories():
        return {"category": pressed}
    if said.intent in ("deny", "skip"):
        return {"category": "other"}
    if said.intent == "affirm" and options:
        return {"category": options[0]}
    if said.is_words and said.intent not in ASIDE:
        found = _category(said, CATEGORY_LIKELY)
        return {"category": found.get("category", "other")}
    return None


def _place(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    if said.intent == "choose_place":
        return {"place": slots.get("place_text") or "", "unit_code": said.first("unit"), "place_options": None}
    if said.intent == "send_location":
        return {}
    if said.intent in ("skip", "deny"):
        return {"place": slots.get("place_text") or UNKNOWN_PLACE, "place_options": None}
    if not said.is_words:
        return None
    asked_before = bool(slots.get("place_options"))
    words = place_words(said) or said.text
    if asked_before:
        return _among_options(slots, words, helpers)
    if said.intent in ASIDE and helpers.resolve(words).reason == "unknown":
        return None
    return place_updates(words, helpers)


def _among_options(slots: Slots, words: str, helpers: Helpers) -> Updates:
    options = slots.get("place_options") or []
    found = helpers.resolve(words)
    fitting = [code for code in found.candidates if code in options]
    text = squeeze(f"{words}, {slots.get('place_text') or ''}").strip(", ")
    return {"place": text, "place_text": text, "unit_code": fitting[0] if len(fitting) == 1 else None, "place_options": None}


def _photos(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    if said.intent in ("skip", "deny") or fold(said.text) in ("khong", "ko", "k"):
        return {"photos_done": "no"}
    if said.intent == "affirm":
        # "có" without a photo: the question stays, the attach button is what is needed
        return {"photos_done": None}
    return _more_words(slots, said)


def _more_words(slots: Slots, said: Said) -> Updates | None:
    """A second thing told in the middle of the questions belongs to the report."""
    if not said.is_words or said.intent not in ("report", "suggestion"):
        return None
    return {"description": f"{slots.get('description') or ''}\n{said.text}".strip(), "fix": None}


def _contact(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    if said.intent in ("skip", "deny") or fold(said.text) in ("khong", "ko", "k"):
        return {"contact_done": "no"}
    phone, person = said.first("phone"), said.first("person")
    if phone or person:
        return {"contact_done": "yes"} | ({"contact_name": person} if person else {})
    if said.is_words and said.intent not in ASIDE and len(said.text.split()) <= 5 and not any(c.isdigit() for c in said.text):
        return {"contact_done": "yes", "contact_name": said.text}
    return _more_words(slots, said)


def _confirmed(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    if said.intent == "affirm":
        return {"confirmed": "yes", "fix": None}
    if said.intent == "deny":
        return {"fix": "ask"}
    words = place_words(said)
    if words and said.intent in ("inform_location", "report", "suggestion"):
        return place_updates(words, helpers) | {"fix": None}
    if said.intent == "inform_contact":
        return _contact(slots, said, helpers)
    return _more_words(slots, said)


_ANSWERS: Mapping[str, Callable[[Slots, Said, Helpers], Updates | None]] = {
    "description": _description,
    "category": _chosen_category,
    "place": _place,
    "photos_done": _photos,
    "contact_done": _contact,
    "confirmed": _confirmed,
}


def _correction(requested: str | None, slots: Slots, said: Said, helpers: Helpers) -> Updates:
    """ "Sai rồi …": the new value if the message brings one, else the thing it names is asked again."""
    words = place_words(said)
    if words:
        return place_updates(words, helpers) | {"fix": None}
    if said.first("phone") or said.first("person"):
        return {"contact_done": "yes", "fix": None} | ({"contact_name": said.first("person")} if said.first("person") else {})
    folded = f"{fold(said.text)} "
    for slot, signs in _FIX_WORDS.items():
        if any(sign in folded for sign in signs):
            return _reset(slot)
    if requested == "confirmed":
        return {"fix": "ask"}
    done = ORDER[: ORDER.index(requested)] if requested in ORDER else ()
    return _reset(done[-1] if done else "description")


def _reset(slot: str) -> Updates:
    also: Mapping[str, Updates] = {
        "place": {"place_text": None, "unit_code": None, "place_options": None, "lat": None, "lon": None},
        "contact_done": {"contact_name": None, "contact_phone": None},
        "photos_done": {"photos": None},
        "category": {"category_options": None},
    }
    return {slot: None, "fix": None} | dict(also.get(slot, {}))
