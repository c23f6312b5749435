"""The citizen's word on what was answered: stars, "chưa xong", and answers to what staff asked back."""

from typing import Any

from actions.telling import owner, say_whose
from actions.turn import ServiceAction, Turn, slots, then
from api.conversations.queries import last_card_before
from api.notifications.service import verdict_buttons
from api.tickets.models import Status, Ticket
from api.tickets.queries import by_number, of_conversation
from api.tickets.signals import mark
from api.tickets.verdict import rate, reopen
from api.tickets.work import citizen_answer

LOW_SCORE = 2


class Rate(ServiceAction):
    """Stars by one tap. A low score is asked for its reason once."""

    action_name = "action_rate"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        ticket = by_number(turn.session, turn.said.first("ticket") or "", lock=True)
        score = int(turn.said.first("score") or 0)
        rate(turn.session, ticket, turn.conversation_id, score, None, turn.now)
        if score > LOW_SCORE:
            turn.say("utter_thanks_for_rating")
            return slots(rated_ticket=None)
        turn.say("utter_sorry_for_result")
        if turn.loop == "report_form":
            return []  # a report is being taken down: its next question comes
        return [*slots(rated_ticket=ticket.number, rated_score=score, rating_comment=None), then("rating_form")]


class ValidateRating(ServiceAction):
    """Any words are the reason; a button or "thôi" ends the question."""

    action_name = "validate_rating_form"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.slots.get("requested_slot") is None:
            return []  # the form is only opening
        if turn.said.intent in ("cancel", "skip", "deny"):
            return slots(rating_comment="-")
        if not turn.said.is_words or turn.said.intent in ("emergency", "human", "denunciation"):
            return []
        return slots(rating_comment=turn.said.text)


class SaveRatingComment(ServiceAction):
    action_name = "action_save_rating_comment"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        comment, number = turn.slots.get("rating_comment"), turn.slots.get("rated_ticket")
        if comment and comment != "-" and number:
            ticket = by_number(turn.session, number, lock=True)
            rate(turn.session, ticket, turn.conversation_id, int(turn.slots.get("rated_score") or 1), comment, turn.now)
        turn.say("utter_thanks_for_comment")
        return slots(rated_ticket=None, rated_score=None, rating_comment=None)


class NotFixed(ServiceAction):
    """ "Chưa xong": the ticket named by the button, else the latest answered one, is opened again."""

    action_name = "action_not_fixed"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        ticket = _meant(turn, (Status.RESOLVED, Status.CLOSED, Status.REJECTED))
        if ticket is None:
            turn.say("utter_nothing_to_reopen")
            return []
        reopen(turn.session, ticket, turn.conversation_id, turn.said.text if turn.said.is_words else None, turn.now)
        mark(turn.session, ticket, turn.said.signals, turn.now)
        say_whose(turn, ticket, "utter_reopened")
        return []


class Satisfied(ServiceAction):
    """ "Sửa xong rồi", or praise: thanks, and the stars for the ticket that was answered last."""

    action_name = "action_satisfied"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        ticket = _meant(turn, (Status.RESOLVED,))
        if ticket is None:
            turn.say("utter_praise" if turn.said.intent == "praise" else "utter_glad")
        else:
            turn.say("utter_ask_rating", buttons=[b.__dict__ for b in verdict_buttons(ticket.number)], number=ticket.number)
        return []


def _meant(turn: Turn, states: tuple[Status, ...]) -> Ticket | None:
    number = turn.said.first("ticket") or turn.said.first("ticket_number")
    if number:
        return by_number(turn.session, number, lock=True)
    mine = of_conversation(turn.session, turn.conversation_id)
    answered = [t for t in mine if t.status in states and t.resolved_at]
    latest = max(answered, key=lambda t: t.resolved_at or t.opened_at, default=None)
    return by_number(turn.session, latest.number, lock=True) if latest else None


def waiting_ticket(turn: Turn) -> Ticket | None:
    """The ticket whose question to the citizen is the last thing that was said here before this message."""
    number = last_card_before(turn.session, turn.conversation_id, turn.said.message_id)
    mine = {t.number: t for t in of_conversation(turn.session, turn.conversation_id) if t.status == Status.WAITING}
    return mine.get(number or "")


def answer_waiting(turn: Turn, ticket: Ticket) -> list[dict[str, Any]]:
    """Pass the citizen's words and photos on to the department that asked."""
    locked = by_number(turn.session, ticket.number, lock=True)
    words = turn.said.text if turn.said.is_words else "(ảnh)"
    citizen_answer(turn.session, locked, words, turn.now, turn.said.media_ids)
    mark(turn.session, locked, turn.said.signals, turn.now)
    turn.say("utter_answer_passed_on", number=ticket.number, department=owner(turn, ticket))
    return []
