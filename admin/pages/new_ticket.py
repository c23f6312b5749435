"""Writing down what a citizen says on the phone or at the desk."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from admin.auth import Form, Me, Person, text_of
from admin.desk import unit_names
from admin.pages.deeds import uploaded
from admin.view import page
from api.citizens.service import identify, record_consent, remember_contact
from api.core.clock import Clock
from api.core.errors import DomainError, Forbidden
from api.core.security import new_token
from api.core.text import nfc, squeeze
from api.core.web import DB, Now
from api.departments.models import Role
from api.departments.queries import names
from api.places.service import resolve_place
from api.tickets.access import may_see
from api.tickets.models import Priority, Ticket
from api.tickets.open import TYPES, TicketDraft, open_ticket
from api.tickets.threads import wanting

router = APIRouter(prefix="/phan-anh/moi")
CHANNELS = ("phone", "desk")
CONSENT = "Người dân đồng ý cho lưu tên và số điện thoại để liên hệ về phản ánh này."
LONGEST = 200


def _require(person: Person) -> None:
    if person.staff.role == Role.LEADER:
        raise Forbidden


@router.get("")
def show(request: Request, person: Me, db: DB) -> Response:
    _require(person)
    return _page(request, db, person, {"key": new_token(), "channel": "phone", "message_type": "report"})


def _page(
    request: Request, db: Session, person: Person, typed: Mapping[str, str], error: str = "", status: int = 200
) -> Response:
    options: dict[str, Any] = {"units": unit_names(db), "channels": CHANNELS, "consent": CONSENT}
    waiting = wanting(db, person.staff)
    return page(request, "new_ticket.html", status, typed=typed, error=error, wanting=waiting, **options)


@router.post("")
def write(request: Request, person: Me, form: Form, db: DB, clock: Now) -> Response:
    _require(person)
    try:
        ticket = _open(db, person, form, clock)
    except DomainError as refused:
        db.rollback()
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
        return _page(request, db, person, typed, refused.message, refused.status)
    seen = may_see(person.staff, ticket)
    return page(request, "new_ticket_done.html", 201, ticket=ticket, seen=seen, departments=names(db), wanting=0)


def _open(db: Session, person: Person, form: FormData, clock: Clock) -> Ticket:
    text = {name: _short(text_of(form, name)) for name in ("place_text", "contact_name", "contact_phone", "key")}
    if not (text["place_text"] or text_of(form, "unit_code")):
        raise DomainError("Anh/chị ghi nơi xảy ra, hoặc chọn phường, xã.")
    phone = _phone(text["contact_phone"])
    draft = TicketDraft(
        message_type=_one_of(text_of(form, "message_type"), TYPES, "loại phản ánh"),
        category=text_of(form, "category"),
        description=text_of(form, "description"),
        channel=_one_of(text_of(form, "channel"), CHANNELS, "cách tiếp nhận"),
        place_text=text["place_text"] or None,
        unit_code=_unit(db, text_of(form, "unit_code"), text["place_text"]),
        citizen_id=_citizen(db, form, text["contact_name"], phone, clock),
        contact_name=text["contact_name"] or None,
        contact_phone=phone,
        media_ids=tuple(uploaded(db, form, "photos", person.staff, clock.now())),
        priority=_one_of(text_of(form, "priority") or Priority.NORMAL, list(Priority), "mức ưu tiên"),
        # pressing the button twice opens one ticket
        open_key=f"staff:{person.staff.id}:{text['key'] or new_token()}",
        staff_id=person.staff.id,
    )
    return open_ticket(db, draft, clock.now())


def _short(text: str) -> str:
    clean = squeeze(nfc(text))
    if len(clean) > LONGEST:
        raise DomainError(f"Có ô nhập dài quá (tối đa {LONGEST} ký tự).")
    return clean


def _one_of(value: str, known: Any, name: str) -> str:
    if value not in known:
        raise DomainError(f"Anh/chị chọn {name} nhé.")
    return value


def _phone(said: str) -> str | None:
    """Ten digits with a leading zero, however it was written; refused rather than stored wrong."""
    if not said:
        return None
    digits = "".join(c for c in said if c.isdigit())
    if digits.startswith("84") and len(digits) in {11, 12}:
        digits = "0" + digits[2:]
    if not (digits.startswith("0") and len(digits) in {10, 11}):
        raise DomainError("Số điện thoại chưa đúng, anh/chị xem lại nhé.")
    return digits


def _unit(db: Session, chosen: str, place_text: str) -> str | None:
    """The unit that was chosen, else the one that the words name beyond doubt."""
    if chosen:
        return _one_of(chosen, unit_names(db), "phường, xã")
    return resolve_place(db, place_text).unit_code if place_text else None


def _citizen(db: Session, form: FormData, name: str, phone: str | None, clock: Clock) -> Any:
    if not (name or phone):
        return None
    if not text_of(form, "consent"):
        raise DomainError("Anh/chị hỏi và đánh dấu sự đồng ý của người dân trước khi lưu tên, số điện thoại.")
    if phone is None:
        return None
    citizen = identify(db, "phone", "default", phone, name or None)
    remember_contact(db, citizen.id, name or None, phone)
    record_consent(db, citizen.id, "contact", CONSENT, clock.now())
    return citizen.id
