"""Conversations: who waits for a person, taking over, writing, handing back to the bot."""

import uuid
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from admin.auth import Form, Me, Person, text_of
from admin.desk import due_view, labels
from admin.pages.deeds import uploaded
from admin.view import page, wants_fragment
from admin.words import words
from api.channels.contract import OutgoingMessage
from api.citizens.models import Citizen
from api.conversations.intake import MAX_TEXT
from api.conversations.models import Conversation, Mode
from api.conversations.outbox import say
from api.conversations.queries import latest
from api.conversations.takeover import TakenByAnother, release, take_over
from api.core.clock import Clock
from api.core.errors import DomainError, Forbidden
from api.core.text import nfc
from api.core.web import DB, Now
from api.tickets.access import SEES_ALL
from api.tickets.models import Ticket
from api.tickets.queries import of_conversation
from api.tickets.threads import last_messages, listed, may_release, require_answering, thread, wanting

router = APIRouter(prefix="/tro-chuyen")
MESSAGES = 100


def _list(request: Request, db: Session, person: Person) -> dict[str, Any]:
    waiting_only = request.query_params.get("loc") == "cho"
    rows = listed(db, person.staff, only_waiting=waiting_only)
    people = select(Citizen.id, Citizen.display_name).where(Citizen.id.in_([row.citizen_id for row in rows]))
    last = last_messages(db, [row.id for row in rows])
    return {
        "threads": rows,
        "last": last,
        "names": dict(db.execute(people).all()),
        "waiting_only": waiting_only,
        "wanting": wanting(db, person.staff),
        "labels": labels(db),
        "MODE_HUMAN": Mode.HUMAN,
    }


def _open(db: Session, person: Person, row: Conversation, clock: Clock, typed: str = "", error: str = "") -> dict[str, Any]:
    citizen = db.get(Citizen, row.citizen_id)
    tickets = [one for one in of_conversation(db, row.id) if _visible(person, one)]
    return {
        "talk": row,
        "citizen": citizen,
        "tickets": tickets,
        "due": due_view(db, clock.now()),
        "messages": latest(db, row.id, MESSAGES),
        "labels": labels(db),
        "mine": row.mode == Mode.HUMAN and row.staff_id == person.staff.id,
        "may_take": row.mode != Mode.HUMAN and _may_answer(person, row),
        "may_release": may_release(person.staff, row),
        "typed": typed,
        "error": error,
        "longest": MAX_TEXT,
    }


def _visible(person: Person, ticket: Ticket) -> bool:
    return person.staff.role in SEES_ALL or ticket.department_code == person.staff.department_code


def _may_answer(person: Person, row: Conversation) -> bool:
    try:
        require_answering(person.staff, row)
    except Forbidden:
        return False
    return True


@router.get("")
def show_list(request: Request, person: Me, db: DB) -> Response:
    name = "_talk_list.html" if wants_fragment(request) else "talks.html"
    return page(request, name, **_list(request, db, person), talk=None)


@router.get("/{conversation_id}")
def show(request: Request, conversation_id: uuid.UUID, person: Me, db: DB, clock: Now) -> Response:
    row = thread(db, person.staff, conversation_id)
    return _answer(request, db, person, row, clock)


def _answer(
    request: Request,
    db: Session,
    person: Person,
    row: Conversation,
    clock: Clock,
    typed: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    shown = _open(db, person, row, clock, typed, error)
    if wants_fragment(request):
        return page(request, "_talk.html", status, **shown)
    return page(request, "talks.html", status, **(_list(request, db, person) | shown))


@router.get("/{conversation_id}/tin")
def stream_part(request: Request, conversation_id: uuid.UUID, person: Me, db: DB) -> Response:
    """The messages alone, fetched anew when one came; what the clerk is typing stays."""
    row = thread(db, person.staff, conversation_id)
    return page(request, "_talk_stream.html", talk=row, messages=latest(db, row.id, MESSAGES), labels=labels(db))


@router.post("/{conversation_id}/nhan")
def take(request: Request, conversation_id: uuid.UUID, person: Me, db: DB, clock: Now) -> Response:
    row = thread(db, person.staff, conversation_id)
    require_answering(person.staff, row)
    before = (row.mode, row.staff_id)
    taken = take_over(db, conversation_id, person.staff.id)
    if before != (taken.mode, taken.staff_id):
        _tell(db, person, taken, "taken", clock)
    return _back(conversation_id)


@router.post("/{conversation_id}/tra")
def give_back(request: Request, conversation_id: uuid.UUID, person: Me, db: DB, clock: Now) -> Response:
    row = thread(db, person.staff, conversation_id)
    if not may_release(person.staff, row):
        raise Forbidden
    _tell(db, person, row, "released", clock)
    release(db, conversation_id, clock.now())
    return _back(conversation_id)


def _tell(db: Session, person: Person, row: Conversation, what: str, clock: Clock) -> None:
    department = person.department.short_name if person.department else words()["role"][person.staff.role]
    text = words()["takeover"][what].format(name=person.staff.name, department=department)
    say(db, row.id, OutgoingMessage(text), author="system", now=clock.now(), staff_id=person.staff.id)


@router.post("/{conversation_id}/tin")
def write(request: Request, conversation_id: uuid.UUID, person: Me, form: Form, db: DB, clock: Now) -> Response:
    row = thread(db, person.staff, conversation_id)
    require_answering(person.staff, row)
    text = nfc(text_of(form, "text")).strip()
    try:
        if row.mode != Mode.HUMAN or row.staff_id != person.staff.id:
            raise TakenByAnother("Anh/chị nhận cuộc trò chuyện trước khi trả lời nhé.")
        if len(text) > MAX_TEXT:
            raise DomainError(f"Tin nhắn dài quá (tối đa {MAX_TEXT} ký tự).")
        photos = tuple(uploaded(db, form, "photos", person.staff, clock.now()))
        if not (text or photos):
            raise DomainError("Anh/chị viết nội dung hoặc chọn ảnh trước khi gửi nhé.")
        say(db, row.id, OutgoingMessage(text, media_ids=photos), author="staff", now=clock.now(), staff_id=person.staff.id)
    except DomainError as refused:
        db.rollback()
        row = thread(db, person.staff, conversation_id)
        return _answer(request, db, person, row, clock, text, refused.message, refused.status)
    return _back(conversation_id)


def _back(conversation_id: uuid.UUID) -> Response:
    return RedirectResponse(f"/admin/tro-chuyen/{conversation_id}", 303)
