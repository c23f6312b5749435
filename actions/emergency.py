"""Danger to life: the numbers to call first, a ticket of the highest priority at once, the place afterwards."""

from typing import Any

from actions.begin import empty_draft, opening
from actions.report import draft_of, told
from actions.turn import ServiceAction, Turn, ended, slots, then
from actions.words import words
from api.tickets.models import Priority
from api.tickets.open import open_ticket
from api.tickets.queries import by_number
from api.tickets.verdict import add_words

FORM = "emergency_form"
FIELD_SURE = 0.6  # probability from which the field decides who is told first
PLACE = ("place_text", "unit_code", "lat", "lon")


class Emergency(ServiceAction):
    """Nobody in danger fills in a form. A place that a half-finished report gave is taken over."""

    action_name = "action_emergency"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        turn.say("utter_emergency")
        filled = opening(turn, turn.said, "emergency")
        category, probability = turn.said.field
        owned = category in words()["emergency_fields"] and probability >= FIELD_SURE
        known = filled if filled.get("place_text") or filled.get("lat") is not None else turn.slots
        values = {key: known.get(key) for key in PLACE} | {key: filled.get(key) for key in ("contact_name", "contact_phone")}
        ticket = open_ticket(
            turn.session,
            draft_of(
                turn,
                message_type="emergency",
                category=category if owned else "public_order",
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
        over = [*ended(), *slots(**empty_draft())]
        if not ticket.place_text and ticket.lat is None:
            return [*over, *slots(emergency_ticket=ticket.number, emergency_place=None), then(FORM)]
        return [*over, *slots(emergency_ticket=None)]


class EmergencyPlace(ServiceAction):
    """What the citizen adds to an emergency that is already on its way: the place."""

    action_name = "action_emergency_place"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        number, place = turn.slots.get("emergency_ticket"), turn.slots.get("emergency_place")
        if number and place and place != "-":
            ticket = by_number(turn.session, number, lock=True)
            add_words(turn.session, ticket, turn.conversation_id, place, turn.now, turn.said.media_ids)
            turn.say("utter_emergency_place_sent", number=number)
        elif number:
            turn.say("utter_emergency_without_place", number=number)
        return slots(emergency_ticket=None, emergency_place=None)


class ValidateEmergencyPlace(ServiceAction):
    """Any words or a pin are the place; photos go to the ticket at once; "không biết" ends the question."""

    action_name = "validate_emergency_form"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.slots.get("requested_slot") is None:
            return []  # the form is only opening
        if turn.said.intent in ("cancel", "skip", "deny"):
            return slots(emergency_place="-")
        if turn.said.media_ids and not turn.said.is_words:
            return _add_photos(turn)
        if turn.said.intent == "send_location":
            return slots(emergency_place=f"{turn.said.first('lat')}, {turn.said.first('lon')}")
        if not turn.said.is_words or turn.said.intent in ("human", "question", "status"):
            return []
        return slots(emergency_place=turn.said.text)


def _add_photos(turn: Turn) -> list[dict[str, Any]]:
    ticket = by_number(turn.session, turn.slots.get("emergency_ticket") or "", lock=True)
    add_words(turn.session, ticket, turn.conversation_id, words()["only_a_photo"], turn.now, turn.said.media_ids)
    turn.say("utter_emergency_photo", number=ticket.number)
    return slots(failures=0)
