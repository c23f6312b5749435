"""From one public event to one message for every reporter, in that reporter's own number."""

import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from api.channels.contract import Button, OutgoingMessage
from api.conversations.outbox import say
from api.core.settings import get_settings
from api.core.words import due_words
from api.departments.queries import names
from api.tickets.card import ticket_card
from api.tickets.models import Ticket, TicketEvent, TicketReporter
from api.tickets.queries import reporters
from api.tickets.rules import Deed


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))
    return loaded


def announce(session: Session, event_id: int, now: datetime) -> int:
    """Tell every reporter of one event, once. Returns how many were told."""
    event = session.get(TicketEvent, event_id, with_for_update=True)
    if event is None or event.announced_at is not None:
        return 0
    event.announced_at = now
    template = words().get(event.kind)
    if not template:
        return 0
    ticket = session.get_one(Ticket, event.ticket_id)
    told = reporters(session, ticket.id)
    for reporter in told:
        message = _message(session, template, ticket, event, reporter)
        say(session, reporter.conversation_id, message, author="system", now=now)
    return len(told)


def _message(session: Session, template: str, ticket: Ticket, event: TicketEvent, reporter: TicketReporter) -> OutgoingMessage:
    fields = {
        "number": reporter.number,
        "title": ticket.title,
        "department": names(session).get(ticket.department_code, ""),
        "due": due_words(ticket.due_at, get_settings().zone),
        "text": event.data.get("text", ""),
        "reason": event.data.get("reason", ""),
        "main": event.data.get("into", ""),
    }
    buttons = verdict_buttons(reporter.number) if event.kind == Deed.RESOLVE else ()
    media_ids = tuple(event.data.get("media_ids") or ())
    return OutgoingMessage(template.format(**fields), buttons, ticket_card(session, ticket, reporter.number), media_ids)


def verdict_buttons(number: str) -> tuple[Button, ...]:
    """Five stars, best first, and "chưa xong", for one ticket."""
    titles = words()["buttons"]
    stars = [
        Button(title, "/rate" + json.dumps({"ticket": number, "score": str(score)}))
        for score, title in enumerate(titles["rate"], start=1)
    ]
    return (*reversed(stars), Button(titles["not_fixed"], "/not_fixed" + json.dumps({"ticket": number})))
