"""Danger to life: the numbers to call first, a ticket of the highest priority at once, the place afterwards."""

from typing import Any

from actions.begin import FORM as REPORT_FORM
from actions.begin import empty_draft, opening
from actions.earlier import begin_from
from actions.report import draft_of, told
from actions.telling import owner
from actions.turn import ServiceAction, Turn, button, ended, slots, then
from actions.words import words
from api.tickets.models import Priority, Status, Ticket
from api.tickets.open import open_ticket
from api.tickets.queries import by_number, of_conversation, photos_of
from api.tickets.rules import OPEN_STATES
from api.tickets.verdict import add_words, withdraw

FORM = "emergency_form"
FIELD_SURE = 0.6  # probability from which the field decides who is told first
SURE = 0.7  # probability from which nobody asks whether it is one: below are five of six false ones, a quarter of the true
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
        if turn.said.confidence < SURE:
            taken_back = button(words()["buttons"]["no_emergency"], "not_emergency", ticket=ticket.number)
            turn.say("utter_if_no_emergency", buttons=[taken_back])
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
        if not turn.said.is_words or turn.said.intent in ("human", "question", "status", "not_emergency"):
            return []
        return slots(emergency_place=turn.said.text)


def _add_photos(turn: Turn) -> list[dict[str, Any]]:
    ticket = by_number(turn.session, turn.slots.get("emergency_ticket") or "", lock=True)
    add_words(turn.session, ticket, turn.conversation_id, words()["only_a_photo"], turn.now, turn.said.media_ids)
    turn.say("utter_emergency_photo", number=ticket.number)
    return slots(failures=0)


class NotEmergency(ServiceAction):
    """ "Không phải khẩn cấp": an urgent ticket that nobody has taken on ends, and its words begin an ordinary report."""

    action_name = "action_not_emergency"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        ticket = _running(turn)
        if ticket is None:
            turn.say("utter_no_emergency_sent")
            return []
        over = [*([] if turn.loop == REPORT_FORM else ended()), *slots(emergency_ticket=None, emergency_place=None, failures=0)]
        if ticket.status != Status.NEW:
            add_words(turn.session, ticket, turn.conversation_id, words()["no_emergency"], turn.now)
            turn.say("utter_emergency_taken_on", number=ticket.number, department=owner(turn, ticket))
            return over
        withdraw(turn.session, ticket, turn.conversation_id, turn.now)
        if turn.loop == REPORT_FORM:
            turn.say("utter_emergency_only_withdrawn", number=ticket.number)
            return over
        turn.say("utter_emergency_withdrawn", number=ticket.number)
        shown = tuple(str(media.id) for media, _ in photos_of(turn.session, ticket.id))
        return [*over, *begin_from(turn, ticket.description, shown)]


def _running(turn: Turn) -> Ticket | None:
    """The urgent ticket that the button names, else the citizen's latest one; None if it is over."""
    mine = (t.number for t in of_conversation(turn.session, turn.conversation_id) if t.message_type == "emergency")
    number = turn.said.first("ticket") or next(mine, None)
    ticket = by_number(turn.session, number, lock=True) if number else None
    return ticket if ticket and ticket.status in OPEN_STATES else None
