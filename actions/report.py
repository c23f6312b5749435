"""Taking down a report: start, fill, ask, sum up, open the ticket."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from actions.filling import ORDER, Helpers, Updates, fill, from_first_words
from actions.turn import ServiceAction, Turn, slots, then
from actions.verdicts import answer_waiting, waiting_ticket
from api.citizens.models import Citizen
from api.citizens.service import record_consent, remember_contact
from api.core.settings import get_settings
from api.core.words import due_words
from api.departments.queries import names
from api.localities.taxonomy import categories
from api.places.service import resolve_place, unit_at, unit_name
from api.tickets.card import ticket_card
from api.tickets.models import Priority, Ticket
from api.tickets.open import TicketDraft, open_ticket

FORM = "report_form"
DRAFT_SLOTS = (
    *ORDER, "report_type", "category_options", "place_text", "unit_code", "place_options", "lat", "lon", "photos",
    "contact_name", "contact_phone", "fix", "draft_key", "draft_started_at",
)  # fmt: skip
DRAFT_LIFE = timedelta(hours=24)


def helpers(turn: Turn) -> Helpers:
    return Helpers(
        resolve=lambda words: resolve_place(turn.session, words), unit_at=lambda lat, lon: unit_at(turn.session, lat, lon)
    )


def empty_draft() -> Updates:
    return dict.fromkeys(DRAFT_SLOTS)


def opening(turn: Turn, report_type: str) -> Updates:
    """The slots of a fresh draft, filled with what this message already says."""
    start = {"report_type": report_type, "draft_key": str(turn.said.message_id), "draft_started_at": turn.now.isoformat()}
    return empty_draft() | start | _known_contact(turn) | from_first_words(turn.said, helpers(turn))


def _known_contact(turn: Turn) -> Updates:
    citizen = turn.session.get(Citizen, turn.conversation.citizen_id)
    if citizen is None or not citizen.phone:
        return {}
    # given with an earlier report; the summary shows it, and it can be corrected there
    return {"contact_name": citizen.display_name, "contact_phone": citizen.phone, "contact_done": "yes"}


class StartReport(ServiceAction):
    """A report or suggestion begins: take what the first message says, then ask for the rest."""

    action_name = "action_start_report"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        waiting = waiting_ticket(turn)
        if waiting is not None:
            return answer_waiting(turn, waiting)
        if turn.said.intent == "send_photo":
            turn.say("utter_photo_of_what")
        else:
            turn.say("utter_report_begun")
        kind = "suggestion" if turn.said.intent == "suggestion" else "report"
        return [*slots(**opening(turn, kind)), then(FORM)]


class StartFromUnclear(ServiceAction):
    """A button settled what an unclear message was: a report, with the words that were written before."""

    action_name = "action_start_from_unclear"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        turn.say("utter_report_begun")
        words = turn.slots.get("unclear_text")
        filled = opening(turn, "report")
        if words:
            filled |= {"description": words}
        return [*slots(unclear_text=None, failures=0, **filled), then(FORM)]


class StartFromPlace(ServiceAction):
    """A bare place, name or photo outside a report: an answer to what staff asked, else the start of a report."""

    action_name = "action_start_from_place"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        waiting = waiting_ticket(turn)
        if waiting is not None:
            return answer_waiting(turn, waiting)
        turn.say("utter_what_is_there")
        filled = opening(turn, "report") | {"description": None, "category": None, "category_options": None}
        return [*slots(**filled), then(FORM)]


class Unexpected(ServiceAction):
    """Words that fit nothing that was asked: an answer to what staff asked, else the bot says what it can do."""

    action_name = "action_unexpected"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        waiting = waiting_ticket(turn)
        if waiting is not None:
            return answer_waiting(turn, waiting)
        return [then("action_clarify")]


class ValidateReport(ServiceAction):
    """Called by the form with each message; returns nothing when the message is no answer, so that rules deal with it."""

    action_name = "validate_report_form"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.slots.get("requested_slot") is None:
            return []  # Rasa also calls this as the form opens: its first message has been taken in already
        if _expired(turn.slots.get("draft_started_at"), turn.now):
            turn.say("utter_draft_expired")
            return slots(**(empty_draft() | {"draft_key": str(turn.said.message_id), "draft_started_at": turn.now.isoformat()}))
        updates = fill(turn.slots.get("requested_slot"), turn.slots, turn.said, helpers(turn))
        return slots(**updates) if updates else []


def _expired(started_at: str | None, now: datetime) -> bool:
    return started_at is not None and now - datetime.fromisoformat(started_at) > DRAFT_LIFE


class AskCategory(ServiceAction):
    """The likeliest fields as buttons."""

    action_name = "action_ask_category"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        options = [*(turn.slots.get("category_options") or []), "other"]
        labels = categories()
        buttons = [_button(labels[code], "choose_category", category=code) for code in dict.fromkeys(options) if code in labels]
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
        buttons = [_button(unit_name(turn.session, code) or code, "choose_place", unit=code) for code in options]
        turn.say("utter_ask_which_unit", buttons=buttons, place=turn.slots.get("place_text"))
        return []


class AskConfirmed(ServiceAction):
    """The summary, or what is to be corrected in it."""

    action_name = "action_ask_confirmed"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.slots.get("fix") == "ask":
            turn.say("utter_ask_what_to_fix")
            return slots(fix=None)
        turn.say("utter_summary", buttons=(), **_summary(turn))
        return []


def _summary(turn: Turn) -> dict[str, str]:
    s = turn.slots
    unit = unit_name(turn.session, s.get("unit_code"))
    place = s.get("place") or ""
    contact = ", ".join(part for part in (s.get("contact_name"), s.get("contact_phone")) if part)
    return {
        "description": s.get("description") or "",
        "category": categories().get(s.get("category") or "other", ""),
        "place": f"{place} ({unit})" if unit and unit not in place else place,
        "photos": str(len(s.get("photos") or [])),
        "contact": contact or "-",
    }


class SubmitReport(ServiceAction):
    """Confirmed: one ticket, however often this runs."""

    action_name = "action_submit_report"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        ticket = open_ticket(turn.session, draft_of(turn), turn.now)
        _remember(turn)
        told(turn, ticket, "utter_submitted")
        return slots(**empty_draft())


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
        "open_key": f"{turn.conversation_id}:{s.get('draft_key')}",
    }
    thread = turn.conversation
    owner = {"citizen_id": thread.citizen_id, "conversation_id": thread.id, "channel": thread.channel}
    return TicketDraft(**(values | owner | changes))


def _remember(turn: Turn) -> None:
    citizen_id = turn.conversation.citizen_id
    record_consent(turn.session, citizen_id, "handle_report", "utter_summary", turn.now)
    if turn.slots.get("contact_phone"):
        record_consent(turn.session, citizen_id, "contact", "utter_summary", turn.now)
        remember_contact(turn.session, citizen_id, turn.slots.get("contact_name"), turn.slots.get("contact_phone"))


def told(turn: Turn, ticket: Ticket, response: str) -> None:
    """Say where the ticket went and by when, and show its card."""
    owner = names(turn.session).get(ticket.department_code, "")
    turn.say(response, number=ticket.number, department=owner, due=due_words(ticket.due_at, get_settings().zone))
    turn.show(ticket_card(turn.session, ticket))


class CancelReport(ServiceAction):
    action_name = "action_cancel_report"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        turn.say("utter_cancelled" if turn.slots.get("draft_key") else "utter_nothing_to_cancel")
        return slots(**empty_draft())


class Emergency(ServiceAction):
    """113/114/115 first, then a ticket of the highest priority at once: nobody in danger fills in a form."""

    action_name = "action_emergency"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        turn.say("utter_emergency")
        filled = opening(turn, "emergency")
        ranked = turn.said.rankings.get("category") or (("public_order", 0.0),)
        category = filled.get("category") or ranked[0][0]
        values = {key: filled.get(key) for key in ("place_text", "unit_code", "lat", "lon", "contact_name", "contact_phone")}
        ticket = open_ticket(
            turn.session,
            draft_of(
                turn,
                message_type="emergency",
                category=category if category in categories() else "other",
                description=turn.said.text,
                priority=Priority.URGENT,
                urgency_reason="emergency",
                media_ids=turn.said.media_ids,
                open_key=f"{turn.conversation_id}:{turn.said.message_id}",
                **values,
            ),
            turn.now,
        )
        told(turn, ticket, "utter_emergency_sent")
        if not ticket.place_text and ticket.lat is None:
            return [*slots(emergency_ticket=ticket.number, emergency_place=None), then("emergency_form")]
        return slots(emergency_ticket=None)


def _button(title: str, intent: str, **entities: str) -> dict[str, str]:
    return {"title": title, "payload": f"/{intent}{json.dumps(entities, ensure_ascii=False)}"}
