"""Answers outside a report: procedures, lawful routes, status, a person, what was said before."""

from typing import Any

from actions.turn import ServiceAction, Turn, slots
from api.conversations.takeover import ask_for_human
from api.core.settings import get_settings
from api.core.words import due_words
from api.deadlines.rules import add_working_minutes
from api.deadlines.service import calendar
from api.knowledge.service import article, card, search
from api.tickets.card import STATUS_WORDS, ticket_card
from api.tickets.models import Status, Ticket
from api.tickets.queries import NoSuchTicket, by_number, of_conversation, reported_by

SHOWN_TICKETS = 3
FAILURES_UNTIL_PERSON = 2


class AnswerQuestion(ServiceAction):
    """A procedure's card where the search is sure, up to three titles where it is not, else the truth and a person."""

    action_name = "action_answer_question"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        chosen = turn.said.first("article")
        if turn.said.intent == "choose_article" and chosen:
            return _show_article(turn, chosen)
        hits = search(turn.session, turn.said.text, list(turn.said.rankings.get("procedure", ())))
        if hits and hits[0].confident:
            return _show_article(turn, hits[0].code)
        if hits:
            turn.say("utter_which_article", buttons=[_choice(hit.title, hit.code) for hit in hits])
        else:
            turn.say("utter_do_not_know")
        return slots(failures=0)


def _choice(title: str, code: str) -> dict[str, str]:
    return {"title": title, "payload": f'/choose_article{{"article": "{code}"}}'}


def _show_article(turn: Turn, code: str) -> list[dict[str, Any]]:
    found = article(turn.session, code)
    turn.say("utter_article", title=found.title, summary=found.summary)
    turn.show(card(found))
    return slots(failures=0)


class TicketStatus(ServiceAction):
    """How far it is: the numbers named, else the citizen's latest tickets. Nobody learns of another's ticket."""

    action_name = "action_ticket_status"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        numbers = turn.said.entities.get("ticket_number") or ()
        tickets = (
            [_own(turn, number) for number in numbers]
            if numbers
            else list(of_conversation(turn.session, turn.conversation_id, SHOWN_TICKETS))
        )
        if not tickets:
            turn.say("utter_no_ticket_yet")
        for ticket in tickets:
            _say_status(turn, ticket)
        return []


def _own(turn: Turn, number: str) -> Ticket:
    ticket = by_number(turn.session, number)
    if not reported_by(turn.session, ticket.id, turn.conversation_id):
        raise NoSuchTicket
    return ticket


def _say_status(turn: Turn, ticket: Ticket) -> None:
    shown = ticket_card(turn.session, ticket)
    running = shown["due"] is not None
    turn.say(
        "utter_status_running" if running else "utter_status_done",
        number=ticket.number,
        status=STATUS_WORDS[Status(ticket.status)],
        department=shown["department"] or "",
        due=shown["due"] or "",
        answer=ticket.answer or "",
    )
    turn.show(shown)


class AskHuman(ServiceAction):
    """A person is called; what is promised depends on whether the office is open."""

    action_name = "action_ask_human"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        ask_for_human(turn.session, turn.conversation_id)
        work = calendar(turn.session)
        if work.is_open(turn.now):
            turn.say("utter_human_soon")
        else:
            opens = add_working_minutes(work, turn.now, 0)
            turn.say("utter_human_later", opens=due_words(opens, get_settings().zone))
        return slots(failures=0)


class Clarify(ServiceAction):
    """Not understood: once the likeliest meanings as buttons, the second time a person."""

    action_name = "action_clarify"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        failures = int(turn.slots.get("failures") or 0) + 1
        if failures >= FAILURES_UNTIL_PERSON:
            turn.say("utter_offer_person")
            return slots(failures=0, unclear_text=turn.said.text)
        turn.say("utter_clarify")
        return slots(failures=failures, unclear_text=turn.said.text)


class Repeat(ServiceAction):
    """The bot's last words once more, with their buttons."""

    action_name = "action_repeat"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        before = [event for event in turn.history if event.get("event") in ("bot", "user")]
        spoken: list[dict[str, Any]] = []
        for event in reversed(before[:-1]):
            if event["event"] == "user" and spoken:
                break
            if event["event"] == "bot":
                spoken.append(event)
        for event in reversed(spoken):
            data = event.get("data") or {}
            turn.dispatcher.utter_message(
                text=event.get("text"), buttons=data.get("buttons"), json_message=data.get("custom") or {}
            )
        if not spoken:
            turn.say("utter_greet")
        return []
