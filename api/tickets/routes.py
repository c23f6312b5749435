"""The REST API of a citizen's own tickets. The visitor's token of the web chat is the key to them."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from sqlalchemy.orm import Session

from api.citizens.service import record_consent
from api.conversations.models import Conversation
from api.conversations.photos import photos
from api.conversations.routes import Token, visitor
from api.core.errors import DomainError
from api.core.web import DB, Now
from api.localities.taxonomy import categories
from api.places.service import resolve_place, unit_at
from api.tickets import queries, verdict
from api.tickets.models import Ticket
from api.tickets.open import TicketDraft, open_ticket
from api.tickets.schemas import EventOut, LabelOut, ReopenIn, TicketDetail, TicketIn, TicketOut, TicketPage, VerdictIn

router = APIRouter(prefix="/api/v1", tags=["tickets"])
PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}}}
ERRORS: dict[int | str, dict[str, Any]] = {
    401: PROBLEM | {"description": "no or an expired token"},
    404: PROBLEM | {"description": "not yours, or not there"},
}


class ConsentMissing(DomainError):
    code = "consent_missing"
    message = "Cần anh/chị đồng ý cho cơ quan chức năng dùng thông tin này để giải quyết phản ánh."


@router.get("/categories")
def list_categories() -> list[LabelOut]:
    """The fields of reports and suggestions."""
    return [LabelOut(code=code, name=name) for code, name in categories().items()]


@router.post("/tickets", status_code=201, responses=ERRORS)
def create_ticket(
    body: TicketIn, token: Token, db: DB, clock: Now, idempotency_key: Annotated[str, Header(min_length=8, max_length=100)]
) -> TicketOut:
    """Open a ticket. The same `Idempotency-Key` of the same visitor opens one ticket, however often it is sent."""
    if not body.consent:
        raise ConsentMissing
    _, thread = visitor(db, token)
    ticket = open_ticket(db, _draft(db, body, thread, idempotency_key), clock.now())
    record_consent(db, thread.citizen_id, "handle_report", "api", clock.now())
    return TicketOut.of(ticket)


def _draft(db: Session, body: TicketIn, thread: Conversation, key: str) -> TicketDraft:
    found = resolve_place(db, body.place) if body.place else None
    has_pin = body.lat is not None and body.lon is not None
    unit = unit_at(db, body.lat, body.lon) if body.lat is not None and body.lon is not None else None
    own = [str(m.id) for m in photos(db, _uuids(body.media_ids)) if m.conversation_id == thread.id]
    return TicketDraft(
        message_type=body.message_type,
        category=body.category,
        description=body.description,
        channel=thread.channel,
        place_text=body.place,
        unit_code=(found.unit_code if found else None) or unit,
        lat=body.lat if has_pin else None,
        lon=body.lon if has_pin else None,
        citizen_id=thread.citizen_id,
        conversation_id=thread.id,
        contact_name=body.contact_name,
        contact_phone=body.contact_phone,
        media_ids=tuple(own),
        open_key=f"{thread.id}:api:{key}",
    )


def _uuids(ids: list[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(i) for i in ids]
    except ValueError as error:
        raise DomainError("Mã ảnh không đúng.") from error


@router.get("/tickets", responses=ERRORS)
def list_tickets(
    token: Token, db: DB, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> TicketPage:
    """Your tickets, newest first."""
    _, thread = visitor(db, token)
    rows, next_cursor = queries.page_of_conversation(db, thread.id, cursor, limit)
    return TicketPage(tickets=[TicketOut.of(t) for t in rows], next_cursor=next_cursor)


def _own(db: Session, token: str, number: str, *, lock: bool = False) -> tuple[Ticket, Conversation]:
    _, thread = visitor(db, token)
    ticket = queries.by_number(db, number, lock=lock)
    if not queries.reported_by(db, ticket.id, thread.id):
        raise queries.NoSuchTicket
    return ticket, thread


@router.get("/tickets/{number}", responses=ERRORS)
def read_ticket(number: str, token: Token, db: DB) -> TicketDetail:
    """One of your tickets with its public history."""
    ticket, _ = _own(db, token, number)
    events = [EventOut.of(e) for e in queries.timeline(db, ticket.id, public_only=True)]
    return TicketDetail(**TicketOut.of(ticket).model_dump(), events=events)


@router.post("/tickets/{number}/rating", responses=ERRORS)
def rate_ticket(number: str, body: VerdictIn, token: Token, db: DB, clock: Now) -> TicketOut:
    """Rate an answered ticket. Rating again changes your rating."""
    ticket, thread = _own(db, token, number, lock=True)
    verdict.rate(db, ticket, thread.id, body.score, body.comment, clock.now())
    return TicketOut.of(ticket)


@router.post("/tickets/{number}/reopen", responses=ERRORS)
def reopen_ticket(number: str, body: ReopenIn, token: Token, db: DB, clock: Now) -> TicketOut:
    """Say that it is not fixed: the ticket goes back to its department with a fresh clock."""
    ticket, thread = _own(db, token, number, lock=True)
    verdict.reopen(db, ticket, thread.id, body.reason, clock.now())
    return TicketOut.of(ticket)
