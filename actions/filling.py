"""What a message adds to a report that is being taken down. Pure: places and parses come by functions handed in."""

from collections.abc import Callable, Mapping
from dataclasses import asdict

from actions.corrections import correction, part_named, reset
from actions.places import Helpers, Slots, Updates, answer_where, names_a_place, pin_updates, place_updates, place_words
from actions.problems import Problem, one_matter, problems_in
from actions.turn import Said
from actions.words import has, is_no, name_in, plain, says_nothing, words
from api.localities.taxonomy import categories

CATEGORY_SURE = 0.5  # from this probability on the category is not asked
CATEGORY_LIKELY = 0.3  # an answer to "which field?" may be vaguer
ASIDE_SURE = 0.6  # from this probability on a message of ASIDE is no description
SHORT = 8  # words up to which a place or a part named at the summary is a correction
DIGITS = 9  # of a whole phone number at least
BARE = 3  # words up to which the part alone is one
ANOTHER_MATTER = 0.7  # probability of another field from which a later message is a second problem

# a message of these intents is not an answer: it is dealt with, then the question is asked again
ASIDE = {
    "question", "status", "human", "ask_bot", "thank", "greet", "goodbye", "repeat", "praise", "satisfied", "rate", "not_fixed",
    "send_unsupported", "link_channels", "enter_code", "complaint", "ask_why", "upset", "same_as_before",
    "not_emergency",
}  # fmt: skip
# these end or replace the report
LEAVES = {"cancel", "denunciation", "emergency"}


def from_first_words(said: Said, helpers: Helpers) -> Updates:
    """Everything that the message which starts a report already tells, so that none of it is asked again."""
    updates = _absorb(said, {}, helpers)
    if said.is_words and not says_nothing(said.text):
        updates |= _told(said.text, said, helpers)
        told = place_words(said)
        if told:
            updates |= place_updates(told, helpers)
    return updates


def _told(text: str, said: Said, helpers: Helpers) -> Updates:
    """The report's words with their field, or with the two problems that they tell of."""
    found = problems_in(text, helpers.parse)
    return {"description": text} | _category(said, CATEGORY_SURE) | _problems(found)


def _problems(found: list[Problem]) -> Updates:
    # None is asked about; "no" is settled
    return {"problems": [asdict(problem) for problem in found] or None, "split": None if found else "no"}


def fill(requested: str | None, slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    """The slots that this message sets while `requested` is being asked; None if it is no answer at all."""
    if said.intent in LEAVES:
        return None
    updates = _absorb(said, slots, helpers)
    if said.intent == "fix":
        return updates | reset(said.first("slot") or "description")
    if said.intent == "correct" and not (said.is_words and has(said.text, words()["added"])):
        return updates | correction(requested, slots, said, helpers)
    if said.intent == "send_now":
        return updates | _hurried(requested, slots)
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
    phone = phone_in(said)
    if said.intent != "status" and phone:
        updates["contact_phone"] = phone
        updates |= {"contact_done": "yes"} | ({"contact_name": said.first("person")} if said.first("person") else {})
    return updates


def phone_in(said: Said) -> str | None:
    """The digits of a whole phone number."""
    digits = "".join(c for c in said.first("phone") or "" if c.isdigit())
    return digits if len(digits) >= DIGITS else None


def _hurried(requested: str | None, slots: Slots) -> Updates:
    """ "Gửi luôn đi": what may stay open stays open; at the summary it is the yes."""
    if requested == "confirmed":
        return {"confirmed": "yes", "fix": None}
    open_ = {slot: "no" for slot in ("split", "photos_done", "contact_done") if not slots.get(slot)}
    if requested == "category":
        open_["category"] = next(iter(slots.get("category_options") or []), "other")
    if requested == "place" and not open_:
        open_["place"] = slots.get("place_text") or words()["unknown_place"]
    return open_


def _category(said: Said, sure: float) -> Updates:
    ranking = [(code, p) for code, p in said.rankings.get("category", ()) if code in categories()]
    likeliest: Updates = {"category_options": [code for code, _ in ranking[:3]]}
    return likeliest | ({"category": ranking[0][0]} if ranking and ranking[0][1] >= sure else {})


def _description(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    if names_a_place(said, helpers) and not slots.get("place"):
        return place_updates(place_words(said) or said.text, helpers)
    if not said.is_words or len(said.text) < 4 or says_nothing(said.text) or said.intent == "inform_contact":
        return None
    if said.intent in ("affirm", "deny", "skip") and not said.goes_on:
        return None
    if said.intent in ASIDE and said.confidence > ASIDE_SURE:
        return None
    return from_first_words(said, helpers)


def _split(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    problems = slots.get("problems") or []
    apart = {"split": "yes", "category": problems[0]["category"] if problems else None}
    together = {"split": "no", "problems": None}
    if said.is_words and has(said.text, words()["together"]):
        return together
    if said.intent == "affirm" or (said.is_words and has(said.text, words()["apart"])):
        return apart
    return together if said.intent in ("deny", "skip") else None


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
        return {"category": _category(said, CATEGORY_LIKELY).get("category", "other")}
    return None


def _place(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    answer = answer_where(slots, said, helpers, said.intent in ASIDE)
    return answer if answer is not None else _more_words(slots, said)


def _photos(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    if said.intent in ("skip", "deny") or is_no(said.text):
        return {"photos_done": "no"}
    if said.intent == "affirm":
        # "có" without a photo: the question stays, the attach button is what is needed
        return {"photos_done": None}
    return _more_words(slots, said)


def _more_words(slots: Slots, said: Said) -> Updates | None:
    """A second thing told in the middle of the questions belongs to the report, or is a second problem."""
    added = said.is_words and has(said.text, words()["added"])
    if not added and (not said.tells_of_trouble or (said.intent in ASIDE and said.confidence > ASIDE_SURE)):
        return None
    if not slots.get("description"):
        return {"description": said.text, "split": "no"} | _category(said, CATEGORY_SURE)
    together = f"{slots['description']}\n{said.text}"
    first = slots.get("category")
    category, probability = said.field
    another = said.intent == "report" and probability >= ANOTHER_MATTER and len(plain(said.text).split()) > 3
    may_be_two = first not in (None, "other", category) and not slots.get("problems") and not added
    if another and may_be_two and not one_matter(str(first), category):
        found = [Problem(slots["description"], str(first)), Problem(said.text, category)]
        return {"description": together, "fix": None} | _problems(found)
    return {"description": together, "fix": None}


def _contact(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    if said.intent in ("skip", "deny") or is_no(said.text):
        return {"contact_done": "no"}
    if said.intent == "affirm":
        return {"contact_done": None}
    phone, person = said.first("phone"), said.first("person")
    if phone and sum(c.isdigit() for c in phone) < DIGITS:
        return None  # half a number
    if phone or person:
        name = name_in(person) or person if person else name_in(said.text) if said.is_words else None
        return {"contact_done": "yes"} | ({"contact_name": name} if name else {})
    if said.is_words and said.intent not in ASIDE and (name := name_in(said.text)) and not _problem_words(said):
        return {"contact_done": "yes", "contact_name": name}
    return _more_words(slots, said)


def _problem_words(said: Said) -> bool:
    return said.intent in ("report", "suggestion") and said.confidence > ASIDE_SURE


def _confirmed(slots: Slots, said: Said, helpers: Helpers) -> Updates | None:
    if said.intent == "affirm" or (said.intent == "satisfied" and len(plain(said.text).split()) <= BARE):
        return {"confirmed": "yes", "fix": None}
    named = part_named(said.text) if said.is_words and len(plain(said.text).split()) <= SHORT else None
    if named and (has(said.text, words()["to_fix"]) or len(plain(said.text).split()) <= BARE):
        return reset(named)
    if said.intent == "deny":
        return {"fix": "ask"}
    told = place_words(said)
    if told and (said.intent == "inform_location" or len(plain(said.text).split()) <= SHORT):
        return place_updates(told, helpers, slots) | {"fix": None}
    if said.intent == "inform_contact":
        return _contact(slots, said, helpers)
    return _more_words(slots, said)


_ANSWERS: Mapping[str, Callable[[Slots, Said, Helpers], Updates | None]] = {
    "description": _description,
    "split": _split,
    "category": _chosen_category,
    "place": _place,
    "photos_done": _photos,
    "contact_done": _contact,
    "confirmed": _confirmed,
}
