"""How a report starts: by words, by a picture, by a place, by a button; and what to do with words that fit nothing."""

from typing import Any

from actions.begin import FORM, begin, empty_draft, helpers, is_angry, remember
from actions.earlier import add_to, asked_just_now, find, new_from_kept, offer, refers_back
from actions.filling import phone_in
from actions.meaning import ask_meaning, keep_words, settled, two_meanings, vague_meanings
from actions.places import names_a_place, place_words
from actions.turn import ServiceAction, Turn, ended, slots, then
from actions.verdicts import answer_waiting, waiting_ticket
from actions.words import readable, words
from api.places.service import resolve_place
from api.tickets.queries import by_number, of_conversation
from api.tickets.rules import OPEN_STATES
from api.tickets.verdict import add_contact

FAILURES_UNTIL_PERSON = 2


class StartReport(ServiceAction):
    """A report or suggestion begins: take what the first message says, then ask for the rest."""

    action_name = "action_start_report"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.loop == FORM:
            return not_understood(turn)
        waiting = waiting_ticket(turn)
        if waiting is not None:
            return answer_waiting(turn, waiting)
        if settled(turn) == "report":
            return new_from_kept(turn)
        pair = two_meanings(turn.said)
        if pair is not None:
            return ask_meaning(turn, pair)
        return _earlier(turn) or begin(turn, turn.said, "suggestion" if turn.said.intent == "suggestion" else "report")


def _earlier(turn: Turn) -> list[dict[str, Any]] | None:
    """ "Lại hỏng như hôm qua": the ticket that is meant is offered, if there is one."""
    if not refers_back(turn.said):
        return None
    place = place_words(turn.said)
    ticket = find(turn, turn.said, resolve_place(turn.session, place).unit_code if place else None)
    return offer(turn, ticket) if ticket else None


class SameAsBefore(ServiceAction):
    """ "Lại thế rồi em ơi": nothing but a hint at what was reported before."""

    action_name = "action_same_as_before"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.loop == FORM and turn.slots.get("requested_slot") != "description":
            return not_understood(turn)
        waiting = waiting_ticket(turn) if turn.loop is None else None
        if waiting is not None:
            return answer_waiting(turn, waiting)
        found = _earlier(turn)
        if found is not None:
            return [*ended(), *slots(**empty_draft()), *found]
        turn.say("utter_no_earlier_ticket")
        if turn.loop is not None:
            return []
        return begin(turn, turn.said, "report", description=None, category=None, problems=None, split=None)


class StartFromUnclear(ServiceAction):
    """A button settled what unclear words were: a report."""

    action_name = "action_start_from_unclear"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        return not_understood(turn) if turn.loop == FORM else new_from_kept(turn)


class StartFromPlace(ServiceAction):
    """A bare place outside a report: an answer to what staff asked, else the start of a report."""

    action_name = "action_start_from_place"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.loop == FORM:
            return not_understood(turn)
        waiting = waiting_ticket(turn)
        if waiting is not None:
            return answer_waiting(turn, waiting)
        if turn.said.is_words and not names_a_place(turn.said, helpers(turn)):
            return begin(turn, turn.said, "report")
        return _from_place(turn)


class Unexpected(ServiceAction):
    """Words that fit nothing that was asked: an answer to what staff asked, to a last question, else "pardon?"."""

    action_name = "action_unexpected"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.loop is None:
            waiting = waiting_ticket(turn)
            if waiting is not None:
                return answer_waiting(turn, waiting)
            if settled(turn) == "report":
                return new_from_kept(turn)
            if turn.said.intent == "inform_contact":
                return _contact(turn)
            if names_a_place(turn.said, helpers(turn)):
                return _from_place(turn)
        return [*not_understood(turn), then(turn.loop or "action_listen")]


def _contact(turn: Turn) -> list[dict[str, Any]]:
    """A bare name and number that nobody asked for: they go to the latest open report without any."""
    mine = of_conversation(turn.session, turn.conversation_id)
    ticket = next((t for t in mine if t.status in OPEN_STATES and not t.contact_phone), None)
    phone, name = phone_in(turn.said), turn.said.first("person")
    if ticket is None or phone is None:
        turn.say("utter_contact_for_what")
        return []
    locked = by_number(turn.session, ticket.number, lock=True)
    add_contact(turn.session, locked, turn.conversation_id, name, phone, words()["contact_added"], turn.now)
    remember(turn, name, phone, "utter_contact_added")
    turn.say("utter_contact_added", number=ticket.number)
    return slots(failures=0)


def _from_place(turn: Turn) -> list[dict[str, Any]]:
    turn.say("utter_what_is_there")
    return begin(turn, turn.said, "report", description=None, category=None, category_options=None, problems=None, split=None)


class YesOrNo(ServiceAction):
    """ "Đúng rồi", "không phải" outside a form: the answer to the bot's last question, if it asked one."""

    action_name = "action_yes_or_no"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.loop is not None:
            return not_understood(turn)
        waiting = waiting_ticket(turn)
        if waiting is not None and turn.said.is_words:
            return answer_waiting(turn, waiting)
        number = asked_just_now(turn)
        if number is None and turn.said.goes_on:
            return begin(turn, turn.said, "report")
        if number is None:
            turn.say("utter_nothing_asked")
            return []
        return add_to(turn, number) if turn.said.intent == "affirm" else new_from_kept(turn)


class OutOfScope(ServiceAction):
    """None of our business, said once; the second time in a row a person is offered."""

    action_name = "action_out_of_scope"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.loop is not None or int(turn.slots.get("failures") or 0) or not readable(turn.said.text) or is_angry(turn.said):
            return not_understood(turn)
        turn.say("utter_out_of_scope")
        return [*slots(failures=1), *keep_words(turn)]


class Upset(ServiceAction):
    """The bot itself is scolded: regret once, then a way on."""

    action_name = "action_upset"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        return _regret(turn)


def _regret(turn: Turn) -> list[dict[str, Any]]:
    if turn.slots.get("regretted"):
        return _offer_person(turn)
    turn.say("utter_sorry" if turn.loop is None else "utter_sorry_meanwhile")
    return slots(regretted="yes", failures=1)


def not_understood(turn: Turn) -> list[dict[str, Any]]:
    """Once the likeliest meanings as buttons, the second time a person. Anger is met with regret, once."""
    if is_angry(turn.said) and not turn.slots.get("regretted"):
        return _regret(turn)
    failures = int(turn.slots.get("failures") or 0) + 1
    if failures >= FAILURES_UNTIL_PERSON:
        return _offer_person(turn)
    if turn.loop is not None:
        turn.say("utter_aside_unclear")
        return slots(failures=failures)
    pair = vague_meanings(turn.said) if readable(turn.said.text) else None
    if pair is not None:
        return [*ask_meaning(turn, pair), *slots(failures=failures)]
    turn.say("utter_clarify")
    return [*keep_words(turn), *slots(failures=failures)]


def _offer_person(turn: Turn) -> list[dict[str, Any]]:
    if turn.loop is not None:
        turn.say("utter_offer_person_meanwhile")
        return slots(failures=0)
    turn.say("utter_offer_person")
    return [*keep_words(turn), *slots(failures=0)]
