"""Answers outside a report: procedures, lawful routes, status, a person, what was said before."""

from collections.abc import Sequence
from typing import Any

from actions.meaning import ask_meaning, keep_words, settled, two_meanings
from actions.start import not_understood
from actions.turn import Said, ServiceAction, Turn, slots
from actions.words import has, readable, words
from api.conversations.takeover import ask_for_human
from api.core.settings import get_settings
from api.core.words import due_words
from api.deadlines.rules import add_working_minutes
from api.deadlines.service import calendar
from api.departments.queries import dispatch_desk
from api.knowledge.rules import joined, shorten
from api.knowledge.service import article, card, search
from api.routing.service import route
from api.tickets.card import STATUS_WORDS, ticket_card
from api.tickets.models import Status, Ticket
from api.tickets.queries import NoSuchTicket, by_number, of_conversation, reported_by

SHOWN_TICKETS = 3
SHOWN = 120  # characters of an answer above its card: three lines on a phone
ASKS_ON = 8  # words up to which a question may lean on the answer before it
FIELD_SURE = 0.9  # probability from which a question is about that field
OFFERED = 0.42  # score from which titles are worth a look


class AnswerQuestion(ServiceAction):
    """A procedure's card where the search is sure, up to three titles where it is not, else the truth and a person."""

    action_name = "action_answer_question"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        chosen = turn.said.first("article")
        if turn.said.intent == "choose_article" and chosen:
            return _show_article(turn, chosen)
        if not readable(turn.said.text):
            return not_understood(turn)
        if settled(turn) == "question":
            return _answer_kept(turn)
        return _answer(turn, turn.said, two_meanings(turn.said) if turn.loop is None else None)


class ConfirmQuestion(ServiceAction):
    """A button settled what unclear words were: a question."""

    action_name = "action_confirm_question"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        return _answer_kept(turn)


def _answer_kept(turn: Turn) -> list[dict[str, Any]]:
    kept = turn.slots.get("unclear_text")
    said = turn.parse(kept) if kept else None
    if said is None:
        turn.say("utter_ask_which_procedure")
        return slots(failures=0)
    return [*slots(unclear_photos=None), *_answer(turn, said, None)]


def _answer(turn: Turn, said: Said, pair: tuple[str, str] | None) -> list[dict[str, Any]]:
    hits = search(turn.session, said.text, list(said.rankings.get("procedure", ())))
    if hits and hits[0].confident:
        return _show_article(turn, hits[0].code, said.text)
    if has(said.text, words()["when_done"]) and list(of_conversation(turn.session, turn.conversation_id, 1)):
        return _tell_status(turn, ())
    before = turn.slots.get("last_article")
    if before and len(said.text.split()) <= ASKS_ON and _fact_asked(said.text):
        return _show_article(turn, before, said.text)
    if pair is not None:
        return ask_meaning(turn, pair)
    if said.field[0] in words()["told_here"] and said.field[1] >= FIELD_SURE:
        return _who_cares(turn, said)
    if hits and hits[0].score >= OFFERED:
        turn.say("utter_which_article", buttons=[_choice(hit.title, hit.code) for hit in hits])
        return slots(failures=0)
    turn.say("utter_do_not_know")
    return [*keep_words(turn), *slots(failures=0)] if said is turn.said else slots(failures=0)


def _who_cares(turn: Turn, said: Said) -> list[dict[str, Any]]:
    """ "Đèn hỏng thì báo ai?": who owns it, and that it is told right here."""
    owner = route(turn.session, said.field[0], None)
    named = owner.code != dispatch_desk(turn.session).code
    turn.say("utter_told_here", department=owner.name if named else words()["its_owner"])
    return [*keep_words(turn), *slots(failures=0)]


def _choice(title: str, code: str) -> dict[str, str]:
    return {"title": title, "payload": f'/choose_article{{"article": "{code}"}}'}


def _fact_asked(text: str) -> str | None:
    return next((fact for fact, asked in words()["facts"].items() if has(text, asked["signs"])), None)


def _show_article(turn: Turn, code: str, question: str = "") -> list[dict[str, Any]]:
    """The one fact that is asked for, else the summary; whatever else there is stands on the card."""
    found = article(turn.session, code)
    fact = _fact_asked(question)
    value = found.body[fact] if fact else found.summary
    label = f"{words()['facts'][fact]['label']}: " if fact else ""
    text = value if isinstance(value, str) else joined(value, SHOWN)
    room = max(SHOWN - len(found.title) - len(label), SHOWN // 2)
    turn.say("utter_article", title=found.title, summary=label + shorten(text, room))
    turn.show(card(found))
    return slots(failures=0, last_article=code, unclear_text=None)


class TicketStatus(ServiceAction):
    """How far it is: the numbers named, else the citizen's latest tickets. Nobody learns of another's ticket."""

    action_name = "action_ticket_status"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        return _tell_status(turn, turn.said.entities.get("ticket_number") or ())


def _tell_status(turn: Turn, numbers: Sequence[str]) -> list[dict[str, Any]]:
    latest = () if numbers else of_conversation(turn.session, turn.conversation_id, SHOWN_TICKETS)
    tickets = [_own(turn, number) for number in numbers] or list(latest)
    if not tickets:
        turn.say("utter_no_ticket_yet")
    for ticket in tickets:
        _say_status(turn, ticket)
    return slots(failures=0)


def _own(turn: Turn, number: str) -> Ticket:
    ticket = by_number(turn.session, number)
    if not reported_by(turn.session, ticket.id, turn.conversation_id):
        raise NoSuchTicket
    return ticket


def _say_status(turn: Turn, ticket: Ticket) -> None:
    shown = ticket_card(turn.session, ticket)
    over = "utter_status_done" if ticket.answer else "utter_status_over"  # merged or taken back: nobody answers
    turn.say(
        "utter_status_running" if shown["due"] else over,
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


class Repeat(ServiceAction):
    """The bot's last words once more, with their buttons."""

    action_name = "action_repeat"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.loop is not None:
            return []  # the open question comes by itself
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
