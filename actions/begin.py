"""A fresh draft: what a report starts from, and the first thing said about it."""

from datetime import datetime, timedelta
from typing import Any

from actions.corrections import ORDER
from actions.filling import from_first_words
from actions.places import Helpers, Updates
from actions.turn import Said, Turn, slots, then
from actions.words import has, words
from api.citizens.models import Citizen
from api.citizens.service import record_consent, remember_contact
from api.places.service import resolve_place, units_at

FORM = "report_form"
DRAFT_SLOTS = (
    *ORDER, "report_type", "problems", "category_options", "place_text", "unit_code", "place_options", "lat", "lon", "photos",
    "contact_name", "contact_phone", "fix", "draft_key", "draft_started_at", "regretted",
)  # fmt: skip
DRAFT_LIFE = timedelta(hours=24)
ANGER_SURE = 0.5  # probability from which a message counts as angry


def helpers(turn: Turn) -> Helpers:
    return Helpers(
        resolve=lambda words: resolve_place(turn.session, words),
        units_at=lambda lat, lon: units_at(turn.session, lat, lon),
        parse=turn.parse,
    )


def empty_draft() -> Updates:
    return dict.fromkeys(DRAFT_SLOTS)


def opening(turn: Turn, said: Said, report_type: str) -> Updates:
    """The slots of a fresh draft, filled with what this message already says."""
    start = {"report_type": report_type, "draft_key": str(turn.said.message_id), "draft_started_at": turn.now.isoformat()}
    return empty_draft() | start | _known_contact(turn) | from_first_words(said, helpers(turn))


def _known_contact(turn: Turn) -> Updates:
    citizen = turn.session.get(Citizen, turn.conversation.citizen_id)
    if citizen is None or not citizen.phone:
        return {}
    # given with an earlier report; the summary shows it, and it can be corrected there
    return {"contact_name": citizen.display_name, "contact_phone": citizen.phone, "contact_done": "yes"}


def remember(turn: Turn, name: str | None, phone: str | None, asked_by: str) -> None:
    """The contact is kept for the next report. `asked_by`: the response that tells what it is used for."""
    citizen_id = turn.conversation.citizen_id
    record_consent(turn.session, citizen_id, "contact", asked_by, turn.now)
    remember_contact(turn.session, citizen_id, name, phone)


def begin(turn: Turn, said: Said, kind: str, **changes: Any) -> list[dict[str, Any]]:
    """Start the report of `said`: one word of receipt (of regret to the angry), then the form."""
    filled = opening(turn, said, kind) | changes
    angry = is_angry(said)
    if angry:
        turn.say("utter_regret")
    elif filled.get("description"):
        turn.say("utter_suggestion_begun" if kind == "suggestion" else "utter_report_begun")
    return [*slots(failures=0, **(filled | ({"regretted": "yes"} if angry else {}))), then(FORM)]


def is_angry(said: Said) -> bool:
    if not said.is_words:
        return False
    marks = has(said.text, words()["anger"]) or any(face in said.text for face in words()["angry_faces"])
    return marks or said.signals.get("anger", 0.0) >= ANGER_SURE


def expired(started_at: str | None, now: datetime) -> bool:
    return started_at is not None and now - datetime.fromisoformat(started_at) > DRAFT_LIFE
