"""Once a minute: what the bot understood since the last look, what citizens corrected, what staff settled on.

Rasa keeps every turn in the schema `rasa` of the same database (bot/endpoints.yml). Reading it from there costs the turn
itself nothing, and misses nothing that happened while no worker ran.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.conversations.models import Message
from api.core.settings import get_settings
from api.learning import rules
from api.learning.models import Reason, Understanding
from api.learning.rules import Understood
from api.learning.words import settings, types_of_intents
from api.localities.taxonomy import message_types
from api.tickets.models import Ticket, TicketEvent
from api.tickets.rules import Deed

AT_ONCE = 2000  # events of one look
LATE_COMMITS = 50  # ids back that are looked at again: a lower id may be committed after a higher one
STAFF_LOOKBACK = timedelta(days=3)
_SEEN = text("select to_regclass('rasa.events') is not null")
_EVENTS = text(
    """
    select e.id, e.data,
           (select s.data from rasa.events s
            where s.sender_id = e.sender_id and s.id < e.id and s.type_name = 'slot' and s.action_name = 'requested_slot'
            order by s.id desc limit 1) as slot
    from rasa.events e
    where e.type_name = 'user' and e.id > :after and e.timestamp >= :since
    order by e.id limit :most
    """
)
_FORGET_TURNS = text("delete from rasa.events where timestamp < :since")


def gather(session: Session, now: datetime) -> int:
    """Keep what the bot understood of new messages. Returns of how many. Running it twice changes nothing."""
    if not session.scalar(_SEEN):
        return 0  # no bot has ever spoken here
    newest = session.scalar(text("select coalesce(max(id), 0) from rasa.events"))
    seen = session.scalar(select(func.max(Understanding.event_id))) or 0
    after = max(0, seen - LATE_COMMITS) if newest >= seen else 0  # a bot whose memory was emptied counts from one again
    since = _kept_since(now)
    rows = session.execute(_EVENTS, {"after": after, "since": since.timestamp(), "most": AT_ONCE}).all()
    found = [(row.id, made) for row in rows if (made := _understood(row.data, row.slot)) is not None]
    new = _messages(session, [made.message_id for _, made in found])
    kept = [(event_id, made) for event_id, made in found if made.message_id in new]
    for event_id, made in kept:
        session.execute(insert(Understanding).values(_row(event_id, made, new[made.message_id])).on_conflict_do_nothing())
    for _, made in kept:
        _correct(session, made, new[made.message_id])
    return len(kept)


def _understood(data: str, slot: str | None) -> Understood | None:
    asked = json.loads(slot).get("value") if slot else None
    return rules.understood(json.loads(data), asked, types_of_intents())


def _messages(session: Session, ids: Sequence[int]) -> dict[int, Message]:
    """The citizens' messages behind these ids of which nothing is kept yet."""
    query = select(Message).where(Message.id.in_(ids), Message.direction == "in")
    query = query.where(~exists().where(Understanding.message_id == Message.id))
    return {row.id: row for row in session.scalars(query)}


def _row(event_id: int, made: Understood, message: Message) -> dict[str, Any]:
    category, category_confidence, category_margin = made.first("category")
    procedure, procedure_confidence, _ = made.first("procedure")
    return {
        "message_id": message.id,
        "event_id": event_id,
        "at": message.created_at,
        "intent": made.intent,
        "message_type": made.message_type,
        "confidence": made.confidence,
        "margin": rules.margin(made.rankings["intent"]),
        "category": category,
        "category_confidence": category_confidence,
        "category_margin": category_margin,
        "procedure": procedure,
        "procedure_confidence": procedure_confidence,
        "rankings": made.rankings,
        "spans": made.spans,
        "asked": made.asked,
        "model_id": made.model_id,
        "reasons": [str(reason) for reason in rules.reasons(made)],
    }


def _correct(session: Session, made: Understood, message: Message) -> None:
    """What this message, or button, says of the one before it."""
    if made.choice is not None:
        _choose(session, *made.choice, message)
    elif rules.is_correction(made) and (about := _said_before(session, message)) is not None:
        add_reason(about, Reason.CORRECTED)


def _choose(session: Session, field: str, code: str, message: Message) -> None:
    """A category is chosen while a report is filled in; the other buttons stand under the answer to the very last message."""
    about = _said_before(session, message, at_once=field != "category")
    if about is None:
        return
    setattr(about, f"settled_{field}", code)
    if code != {"type": about.message_type, "category": about.category, "procedure": about.procedure}[field]:
        add_reason(about, Reason.CHOSEN)


def _said_before(session: Session, message: Message, *, at_once: bool = False) -> Understanding | None:
    """The last thing of substance that was said in this conversation; if `at_once`, only if nothing came between."""
    since = message.created_at - timedelta(minutes=settings()["corrections"]["minutes"])
    query = (
        select(Understanding)
        .join(Message, Message.id == Understanding.message_id)
        .where(Message.conversation_id == message.conversation_id, Message.id < message.id, Message.created_at >= since)
        .order_by(Message.id.desc())
    )
    if at_once:
        last = session.scalars(query.limit(1)).first()
        return last if last is not None and last.message_type in _substantial() else None
    answers = func.coalesce(Understanding.asked, "").in_(settings()["answered_slots"])
    return session.scalars(query.where(Understanding.message_type.in_(_substantial()), ~answers).limit(1)).first()


def _substantial() -> set[str]:
    return message_types().keys() - set(settings()["empty_types"])


def add_reason(row: Understanding, reason: Reason) -> None:
    if reason not in row.reasons:
        row.reasons = [*row.reasons, str(reason)]


def settle(session: Session, now: datetime) -> int:
    """Staff gave a ticket another category or department: the best label there is for the message that opened it."""
    deeds = (Deed.RECATEGORISE, Deed.FORWARD, Deed.RETURN)
    query = (
        select(Ticket, TicketEvent.kind)
        .join(TicketEvent, TicketEvent.ticket_id == Ticket.id)
        .where(TicketEvent.at >= now - STAFF_LOOKBACK, TicketEvent.kind.in_(deeds), TicketEvent.actor == "staff")
        .order_by(TicketEvent.id)
    )
    count = 0
    for ticket, kind in session.execute(query):
        row = session.get(Understanding, opening_message(ticket.open_key) or 0)
        if row is None:
            continue
        count += 1
        row.settled_category = ticket.category
        if kind == Deed.RECATEGORISE:
            if ticket.category != row.category:
                add_reason(row, Reason.RECATEGORISED)
        else:
            row.settled_department = ticket.department_code
            add_reason(row, Reason.FORWARDED)
    return count


def opening_message(open_key: str | None) -> int | None:
    """The message with which a ticket began: its key is `conversation:message` (actions.report).

    One of several tickets of one message (`conversation:message:1`) says nothing of the message as a whole.
    """
    parts = (open_key or "").split(":")
    return int(parts[1]) if len(parts) == 2 and parts[1].isdigit() and len(parts[1]) < 10 else None


def forget(session: Session, now: datetime) -> None:
    """Throw away what is as old as the raw payloads may be; the newest row stays as the mark of how far we have looked.

    Rasa itself never forgets a turn, and reads all of a conversation's before each answer. What a draft needs is far younger.
    """
    newest = select(func.max(Understanding.event_id)).scalar_subquery()
    session.execute(delete(Understanding).where(Understanding.at < _kept_since(now), Understanding.event_id < newest))
    if session.scalar(_SEEN):
        session.execute(_FORGET_TURNS, {"since": _kept_since(now).timestamp()})


def _kept_since(now: datetime) -> datetime:
    return now - timedelta(days=get_settings().raw_retention_days)
