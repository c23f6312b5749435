"""Opening a ticket: number, owner, clock and first event, once for each reason to open it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.conversations.photos import photos
from api.core.errors import DomainError
from api.core.settings import get_settings
from api.core.text import nfc
from api.deadlines.service import due_dates
from api.localities.pack import pack
from api.localities.taxonomy import categories
from api.places.models import PlaceUnit
from api.routing.service import route
from api.tickets.change import record
from api.tickets.models import Priority, Status, Ticket, TicketCounter, TicketPhoto, TicketReporter
from api.tickets.rules import Deed, number_of, searchable, title_of
from api.tickets.signals import sure

TYPES = {"report", "suggestion", "emergency"}
MAX_DESCRIPTION = 4000


class DraftIncomplete(DomainError):
    code = "draft_incomplete"
    message = "Phản ánh còn thiếu nội dung, anh/chị mô tả thêm giúp em nhé."


@dataclass(frozen=True)
class TicketDraft:
    """Everything known before a ticket exists. `open_key`: opening twice with the same key gives the same ticket."""

    message_type: str
    category: str
    description: str
    channel: str
    place_text: str | None = None
    unit_code: str | None = None
    lat: float | None = None
    lon: float | None = None
    citizen_id: uuid.UUID | None = None
    conversation_id: uuid.UUID | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    media_ids: tuple[str, ...] = ()
    priority: str = Priority.NORMAL
    urgency_reason: str | None = None
    signals: Mapping[str, float] = field(default_factory=dict)  # mark of urgency → probability, as the bot guessed
    open_key: str | None = None
    demo: bool = False
    staff_id: int | None = None  # who wrote it down on a citizen's behalf (on the phone, at the desk)


def open_ticket(session: Session, draft: TicketDraft, now: datetime) -> Ticket:
    """Open one ticket, or return the one that the same `open_key` opened before.

    A draft of type tố cáo or khiếu nại is refused: it has its own lawful route and never becomes a chat ticket.
    """
    _check(draft)
    if draft.open_key:
        # two tries at once wait for one another here, and the second finds the first one's ticket
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(draft.open_key, 0))))
        known = session.scalar(select(Ticket).where(Ticket.open_key == draft.open_key))
        if known:
            return known
    ticket = _ticket(session, draft, now)
    session.add(ticket)
    session.flush()
    _attach(session, ticket, draft)
    record(
        session,
        ticket,
        Deed.OPEN,
        now,
        actor="staff" if draft.staff_id else "citizen",
        staff_id=draft.staff_id,
        department=ticket.department_code,
    )
    return ticket


def _check(draft: TicketDraft) -> None:
    if draft.message_type not in TYPES or draft.category not in categories() or not draft.description.strip():
        raise DraftIncomplete
    if len(draft.description) > MAX_DESCRIPTION:
        raise DraftIncomplete(f"Mô tả dài quá (tối đa {MAX_DESCRIPTION} ký tự), anh/chị viết ngắn lại giúp em nhé.")


def _ticket(session: Session, draft: TicketDraft, now: datetime) -> Ticket:
    priority = Priority.URGENT if draft.message_type == "emergency" else draft.priority
    owner = route(session, draft.category, draft.unit_code)
    due = due_dates(session, draft.message_type, draft.category, priority, now)
    description = nfc(draft.description).strip()
    number = next_number(session, now)
    title = title_of(description)
    place_text, contact_name, contact_phone = map(_clean, (draft.place_text, draft.contact_name, draft.contact_phone))
    unit = session.get(PlaceUnit, draft.unit_code) if draft.unit_code else None
    return Ticket(
        number=number,
        open_key=draft.open_key,
        message_type=draft.message_type,
        category=draft.category,
        title=title,
        description=description,
        status=Status.NEW,
        priority=priority,
        place_text=place_text,
        unit_code=unit.code if unit else None,
        lat=draft.lat,
        lon=draft.lon,
        department_code=owner.code,
        citizen_id=draft.citizen_id,
        conversation_id=draft.conversation_id,
        channel=draft.channel,
        contact_name=contact_name,
        contact_phone=contact_phone,
        opened_at=now,
        first_response_due_at=due.first_response_at,
        due_at=due.resolution_at,
        deadline_rule=due.rule.code,
        urgency_reason=draft.urgency_reason,
        signals=sure(draft.signals),
        folded=searchable(number, description, place_text, unit.name if unit else None, contact_name, contact_phone),
        demo=draft.demo,
    )


def _clean(text: str | None) -> str | None:
    return nfc(text).strip() or None if text else None


def next_number(session: Session, now: datetime) -> str:
    """The next number of the year. The counter's row is locked until commit, so numbers have no gaps and no doubles."""
    year = now.astimezone(get_settings().zone).year
    prefix = f"{pack()['number_prefix']}-{year % 100:02d}"
    statement = insert(TicketCounter).values(prefix=prefix, last=1)
    bump = statement.on_conflict_do_update(index_elements=["prefix"], set_={"last": TicketCounter.last + 1})
    count = session.scalar(bump.returning(TicketCounter.last))
    assert count is not None, "an upsert returns its row"
    return number_of(pack()["number_prefix"], year, count)


def _attach(session: Session, ticket: Ticket, draft: TicketDraft) -> None:
    for media in photos(session, draft.media_ids):
        session.add(TicketPhoto(ticket_id=ticket.id, media_id=media.id, moment="before"))
    if draft.conversation_id:
        session.add(TicketReporter(ticket_id=ticket.id, conversation_id=draft.conversation_id, number=ticket.number))
    session.flush()
