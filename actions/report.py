"""Taking down a report: fill, ask, sum up, open the ticket."""

from collections.abc import Mapping, Sequence
from typing import Any

from actions.begin import FORM, empty_draft, expired, helpers, is_angry, remember
from actions.corrections import part_named
from actions.filling import fill
from actions.meaning import ask_meaning, two_meanings
from actions.telling import say_whose
from actions.turn import ServiceAction, Turn, button, ended, slots
from actions.words import short_field, words
from api.citizens.service import record_consent
from api.core.text import squeeze
from api.localities.taxonomy import categories
from api.places.service import unit_name
from api.tickets.card import ticket_card
from api.tickets.models import Ticket
from api.tickets.open import TicketDraft, open_ticket

SHOWN = 110  # characters of the citizen's own words in the summary


class ValidateReport(ServiceAction):
    """Called by the form with each message; returns nothing when the message is no answer, so that rules deal with it."""

    action_name = "validate_report_form"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.slots.get("requested_slot") is None:
            return []  # Rasa also calls this as the form opens: its first message has been taken in already
        if expired(turn.slots.get("draft_started_at"), turn.now):
            turn.say("utter_draft_expired")
            return slots(**(empty_draft() | {"draft_key": str(turn.said.message_id), "draft_started_at": turn.now.isoformat()}))
        updates = fill(turn.slots.get("requested_slot"), turn.slots, turn.said, helpers(turn))
        if not updates:
            return []
        if is_angry(turn.said) and not turn.slots.get("regretted"):
            turn.say("utter_regret")
            updates["regretted"] = "yes"
        elif receipt := _receipt(turn, updates):
            turn.say(receipt)
        return slots(failures=0, **updates)


def _receipt(turn: Turn, updates: Mapping[str, Any]) -> str | None:
    """What is said of something that came unasked, so that the citizen knows it was heard."""
    if turn.said.media_ids and turn.slots.get("description"):
        return "utter_photo_received"
    if updates.get("description") and turn.slots.get("description") and updates.get("split", "") is not None:
        return "utter_noted"
    if updates.get("contact_phone") and turn.slots.get("requested_slot") not in ("contact_done", "confirmed"):
        return "utter_contact_received"
    return None


class AskDescription(ServiceAction):
    """What is it? Of a picture that came without words: what does it show, and where?"""

    action_name = "action_ask_description"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        turn.say("utter_ask_photo_of_what" if turn.slots.get("photos") else "utter_ask_what")
        return []


class AskSplit(ServiceAction):
    """Two problems in one message: each to its own department, or both as one?"""

    action_name = "action_ask_split"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        fields = [short_field(problem["category"]) for problem in turn.slots.get("problems") or []]
        titles = words()["buttons"]
        apart = {"title": titles["apart"].format(n=len(fields)), "payload": "/affirm"}
        together = {"title": titles["together"], "payload": "/deny"}
        turn.say("utter_ask_apart", buttons=[apart, together], n=str(len(fields)), fields=_in_a_row(fields))
        return []


def _in_a_row(names: Sequence[str]) -> str:
    return " · ".join(names)


class AskPhotos(ServiceAction):
    """A photo? Who says "có" is told how to send it."""

    action_name = "action_ask_photos_done"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        said_yes = turn.slots.get("requested_slot") == "photos_done" and turn.said.intent == "affirm"
        turn.say("utter_send_photo_now" if said_yes else "utter_ask_photos")
        return []


class AskContact(ServiceAction):
    """Name and phone? Who says "được" is asked to write them."""

    action_name = "action_ask_contact_done"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        said_yes = turn.slots.get("requested_slot") == "contact_done" and turn.said.intent == "affirm"
        turn.say("utter_write_contact_now" if said_yes else "utter_ask_contact")
        return []


class AskWhy(ServiceAction):
    """ "Sao phải hỏi số điện thoại?": why the open question is asked."""

    action_name = "action_ask_why"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        asked = turn.slots.get("requested_slot") if turn.loop == FORM else None
        turn.say(_WHY.get(part_named(turn.said.text) or asked or "", "utter_why_at_all"))
        return []


_WHY = {
    "place": "utter_why_place",
    "photos_done": "utter_why_photos",
    "contact_done": "utter_why_contact",
    "confirmed": "utter_why_summary",
}


class AskCategory(ServiceAction):
    """The likeliest fields as buttons."""

    action_name = "action_ask_category"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        options = [*(turn.slots.get("category_options") or []), "other"]
        known = [code for code in dict.fromkeys(options) if code in categories()]
        buttons = [button(short_field(code), "choose_category", category=code) for code in known]
        turn.say("utter_ask_which_category", buttons=buttons)
        return []


class AskPlace(ServiceAction):
    """Where? Or, where an old name was split: which of these?"""

    action_name = "action_ask_place"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        options = turn.slots.get("place_options") or []
        if not options:
            turn.say("utter_ask_where")
            return []
        buttons = [button(unit_name(turn.session, code) or code, "choose_place", unit=code) for code in options]
        if told := turn.slots.get("place_text"):
            turn.say("utter_ask_which_unit", buttons=buttons, place=told)
        else:
            turn.say("utter_ask_which_unit_of_pin", buttons=buttons)
        return []


class AskConfirmed(ServiceAction):
    """The summary, or what is to be corrected in it."""

    action_name = "action_ask_confirmed"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.slots.get("fix") == "ask":
            turn.say("utter_ask_what_to_fix")
            return slots(fix=None)
        apart = _apart(turn)
        turn.say("utter_summary_apart" if apart else "utter_summary", buttons=(), **_summary(turn, apart))
        return []


def _apart(turn: Turn) -> list[dict[str, str]]:
    """The problems that become tickets of their own; empty where the report is one."""
    return list(turn.slots.get("problems") or []) if turn.slots.get("split") == "yes" else []


def _summary(turn: Turn, apart: Sequence[Mapping[str, str]]) -> dict[str, str]:
    s = turn.slots
    unit = unit_name(turn.session, s.get("unit_code"))
    place = s.get("place") or ""
    contact = ", ".join(part for part in (s.get("contact_name"), s.get("contact_phone")) if part)
    lines = [f"{i}. {_short(p['description'])} ({short_field(p['category'])})" for i, p in enumerate(apart, start=1)]
    return {
        "description": "\n".join(lines) or _short(s.get("description") or ""),
        "category": categories().get(s.get("category") or "other", ""),
        "place": f"{place} ({unit})" if unit and unit not in place else place,
        "photos": str(len(s.get("photos") or [])),
        "contact": contact or words()["no_contact"],
    }


def _short(description: str) -> str:
    """The citizen knows the own words: enough of them to recognise the report, on the phone's screen."""
    line = squeeze(description)
    return line if len(line) <= SHOWN else line[:SHOWN].rsplit(" ", 1)[0].rstrip(" ,;.") + "…"


class SubmitReport(ServiceAction):
    """Confirmed: one ticket for each problem, however often this runs."""

    action_name = "action_submit_report"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        apart = _apart(turn)
        drafts = [draft_of(turn, **problem, open_key=f"{_key(turn)}:{i}") for i, problem in enumerate(apart)] or [
            draft_of(turn)
        ]
        tickets = [open_ticket(turn.session, draft, turn.now) for draft in drafts]
        _remember(turn)
        for ticket in tickets:
            told(turn, ticket, "utter_submitted")
        return slots(**empty_draft())


def _key(turn: Turn) -> str:
    return f"{turn.conversation_id}:{turn.slots.get('draft_key')}"


def draft_of(turn: Turn, **changes: Any) -> TicketDraft:
    """The ticket that the slots describe. The key makes opening it twice the same ticket."""
    s: Mapping[str, Any] = turn.slots
    values: dict[str, Any] = {
        "message_type": s.get("report_type") or "report",
        "category": s.get("category") or "other",
        "description": s.get("description") or "",
        "place_text": s.get("place_text") or s.get("place"),
        "unit_code": s.get("unit_code"),
        "lat": s.get("lat"),
        "lon": s.get("lon"),
        "contact_name": s.get("contact_name"),
        "contact_phone": s.get("contact_phone"),
        "media_ids": tuple(s.get("photos") or ()),
        "open_key": _key(turn),
    }
    thread = turn.conversation
    owner = {"citizen_id": thread.citizen_id, "conversation_id": thread.id, "channel": thread.channel}
    values |= owner | changes
    return TicketDraft(**(values | {"signals": heard_in(turn, values["description"])}))


def heard_in(turn: Turn, description: str) -> Mapping[str, float]:
    """Marks of urgency in all that the report tells, for what confirms it is but a yes. None where the bot is away."""
    said = turn.said if turn.said.text == description else turn.parse(description)
    return said.signals if said else {}


def _remember(turn: Turn) -> None:
    citizen_id = turn.conversation.citizen_id
    record_consent(turn.session, citizen_id, "handle_report", "utter_summary", turn.now)
    if turn.slots.get("contact_phone"):
        remember(turn, turn.slots.get("contact_name"), turn.slots.get("contact_phone"), "utter_summary")


def told(turn: Turn, ticket: Ticket, response: str) -> None:
    """Say where the ticket went and by when, and show its card."""
    say_whose(turn, ticket, response)
    turn.show(ticket_card(turn.session, ticket))


class CancelReport(ServiceAction):
    action_name = "action_cancel_report"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        turn.say("utter_cancelled" if turn.slots.get("draft_key") else "utter_nothing_to_cancel")
        return [*ended(), *slots(failures=0, **empty_draft())]


class Complaint(ServiceAction):
    """Khiếu nại has its own lawful route; where the words may be a mere question, that is asked first."""

    action_name = "action_complaint"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        pair = two_meanings(turn.said) if turn.loop is None else None
        if pair is not None:
            return ask_meaning(turn, pair)
        turn.say("utter_complaint")
        turn.say("utter_complaint_how")
        return slots(failures=0)


class Denunciation(ServiceAction):
    """The lawful route, and nothing of it is kept: neither these words nor a half-finished report."""

    action_name = "action_denunciation"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        turn.say("utter_denunciation")
        turn.say("utter_denunciation_how")
        return [*ended(), *slots(unclear_text=None, unclear_photos=None, failures=0, **empty_draft())]
