""" "Lại thế rồi", "như hôm qua": the ticket that is meant, and what may be done with it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from actions.begin import begin
from actions.telling import owner, say_whose
from actions.turn import Said, ServiceAction, Turn, button, slots
from actions.words import has, words
from api.core.settings import get_settings
from api.localities.pack import pack
from api.tickets.models import Status, Ticket
from api.tickets.queries import by_number, of_conversation
from api.tickets.rules import OPEN_STATES, may_reopen
from api.tickets.signals import mark
from api.tickets.verdict import add_words, reopen
from api.tickets.work import citizen_answer

LOOKED_AT = 20  # latest tickets of a citizen
FIELD_SURE = 0.5  # probability from which the field must agree
_NOT_MEANT = {Status.MERGED, Status.WITHDRAWN}


@dataclass(frozen=True)
class Past:
    """What is remembered of a ticket: when it was reported (local date), its field and its unit."""

    number: str
    day: date
    category: str
    unit_code: str | None


def refers_back(said: Said) -> bool:
    return said.is_words and (said.intent == "same_as_before" or has(said.text, words()["same_as_before"]))


def meant(text: str, category: str | None, unit: str | None, past: Iterable[Past], today: date) -> Past | None:
    """The ticket that the words mean, of `past` (newest first): by the day they name, else the latest of the same field.

    `category`, `unit`: what the message itself says for sure; a ticket of another field or place is not meant.
    """
    known = [p for p in past if category in (None, p.category) and (unit is None or p.unit_code in (None, unit))]
    if span := _days_ago(text):
        first, last = (today - timedelta(days=days) for days in reversed(span))
        named = [p for p in known if first <= p.day <= last]
        known = named or (known if category else [])
    return known[0] if known else None


def _days_ago(text: str) -> tuple[int, int] | None:
    return next(((low, high) for sign, (low, high) in words()["days_ago"].items() if has(text, (sign,))), None)


def find(turn: Turn, said: Said, unit: str | None) -> Ticket | None:
    """The citizen's own ticket that `said` refers back to."""
    zone = get_settings().zone
    tickets = [t for t in of_conversation(turn.session, turn.conversation_id, LOOKED_AT) if t.status not in _NOT_MEANT]
    past = [Past(t.number, t.opened_at.astimezone(zone).date(), t.category, t.unit_code) for t in tickets]
    code, probability = said.field
    told = code if said.intent != "same_as_before" and probability >= FIELD_SURE else None
    found = meant(said.text, told, unit, past, turn.now.astimezone(zone).date())
    return next((t for t in tickets if found and t.number == found.number), None)


def offer(turn: Turn, ticket: Ticket) -> list[dict[str, Any]] | None:
    """Is it that one? None where nothing more can be done with it."""
    running = ticket.status in OPEN_STATES
    if not running and not _may_reopen(ticket, turn.now):
        return None
    titles = words()["buttons"]
    first = button(titles["add" if running else "reopen"], "same_matter", ticket=ticket.number)
    second = {"title": titles["new"], "payload": "/confirm_report"}
    day = ticket.opened_at.astimezone(get_settings().zone)
    turn.say("utter_is_it_that", buttons=[first, second], title=ticket.title, number=ticket.number, day=f"{day:%d/%m}")
    photos = list(turn.said.media_ids)
    words_said = turn.said.text if turn.said.is_words else None
    return slots(unclear_text=words_said, unclear_photos=photos, asked_ticket=ticket.number, asked_at=turn.said.message_id)


def _may_reopen(ticket: Ticket, now: datetime) -> bool:
    return may_reopen(ticket.status, ticket.resolved_at or ticket.closed_at, now, pack()["reopen_days"])


def asked_just_now(turn: Turn) -> str | None:
    """The ticket of `offer`, if that was the bot's last question: a bare "đúng rồi" answers nothing older."""
    return turn.slots.get("asked_ticket") if turn.follows(turn.slots.get("asked_at")) else None


class SameMatter(ServiceAction):
    """ "Đúng, việc đó": the words go to the ticket; a finished one is opened again."""

    action_name = "action_same_matter"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        number = turn.said.first("ticket") or asked_just_now(turn)
        return add_to(turn, number) if number else []


def add_to(turn: Turn, number: str) -> list[dict[str, Any]]:
    ticket = by_number(turn.session, number, lock=True)
    said, photos = turn.slots.get("unclear_text"), list(turn.slots.get("unclear_photos") or [])
    text = said or words()["only_a_photo"]
    if ticket.status in OPEN_STATES:
        if ticket.status == Status.WAITING:
            citizen_answer(turn.session, ticket, text, turn.now, photos)
        else:
            add_words(turn.session, ticket, turn.conversation_id, text, turn.now, photos)
        turn.say("utter_added", number=ticket.number, department=owner(turn, ticket))
    else:
        reopen(turn.session, ticket, turn.conversation_id, said, turn.now)
        say_whose(turn, ticket, "utter_reopened")
    told = turn.parse(said) if said else None
    mark(turn.session, ticket, told.signals if told else {}, turn.now)
    return slots(unclear_text=None, unclear_photos=None, asked_ticket=None, asked_at=None, failures=0)


def new_from_kept(turn: Turn) -> list[dict[str, Any]]:
    """A report from the words and photos that were kept while the bot asked what they are."""
    text, photos = turn.slots.get("unclear_text"), tuple(turn.slots.get("unclear_photos") or ())
    forgotten = slots(unclear_text=None, unclear_photos=None, asked_ticket=None, asked_at=None)
    return [*forgotten, *begin_from(turn, text, (*photos, *turn.said.media_ids))]


def begin_from(turn: Turn, text: str | None, photos: tuple[str, ...]) -> list[dict[str, Any]]:
    """A report from words and photos that came before, whatever they were taken for then."""
    said = (turn.parse(text) if text else None) or replace(
        turn.said, text=text or "", intent="report", rankings={}, entities={}
    )
    kept = replace(said, text=text or "", media_ids=photos, message_id=turn.said.message_id)
    return begin(turn, kept, "suggestion" if kept.intent == "suggestion" else "report")
