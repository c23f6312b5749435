"""What staff do with a ticket: one form, one deed, one function of the service. What was typed survives every refusal."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from admin.auth import Form, Me, Person, text_of
from admin.pages.ticket import answer, visible
from admin.ticket_view import Typed
from admin.words import words
from api.conversations.photos import store_photo
from api.core.errors import Conflict, DomainError, NotFound
from api.core.settings import get_settings
from api.core.text import nfc
from api.core.web import DB, Now
from api.departments.models import Staff
from api.tickets import merge, work
from api.tickets.access import may_see
from api.tickets.models import Ticket, TicketEvent
from api.tickets.queries import by_number, normal_number
from api.tickets.rules import Deed
from api.tickets.signals import unmark

router = APIRouter(prefix="/phan-anh")
MOST_PHOTOS = 5
TWICE = timedelta(seconds=30)  # the same words of the same person within this time were sent by a double press


class Stale(Conflict):
    code = "stale"

    def __init__(self) -> None:
        super().__init__(words()["notices"]["stale"])


Act = Callable[[Session, Ticket, Staff, FormData, datetime], object]


def _with_words(function: Callable[[Session, Ticket, Staff, str, datetime], object]) -> Act:
    return lambda db, ticket, staff, form, now: function(db, ticket, staff, text_of(form, "text"), now)


def _forward(db: Session, ticket: Ticket, staff: Staff, form: FormData, now: datetime) -> object:
    return work.forward(db, ticket, staff, text_of(form, "department"), text_of(form, "text"), now)


def _assign(db: Session, ticket: Ticket, staff: Staff, form: FormData, now: datetime) -> object:
    chosen = text_of(form, "to")
    to = db.get(Staff, int(chosen)) if chosen.isdigit() and len(chosen) < 10 else None
    if to is None:
        raise DomainError("Anh/chị chọn người nhận việc nhé.")
    return work.assign(db, ticket, staff, to, now)


def _recategorise(db: Session, ticket: Ticket, staff: Staff, form: FormData, now: datetime) -> object:
    return work.recategorise(db, ticket, staff, text_of(form, "category"), now)


def _prioritise(db: Session, ticket: Ticket, staff: Staff, form: FormData, now: datetime) -> object:
    return work.prioritise(db, ticket, staff, text_of(form, "priority"), now)


def _extend(db: Session, ticket: Ticket, staff: Staff, form: FormData, now: datetime) -> object:
    days = text_of(form, "days")
    if not days.isdigit() or len(days) > 3:
        raise DomainError("Anh/chị nhập số ngày làm việc cần thêm nhé.")
    return work.extend(db, ticket, staff, int(days), text_of(form, "text"), now)


def _resolve(db: Session, ticket: Ticket, staff: Staff, form: FormData, now: datetime) -> object:
    kept = uploaded(db, form, "photos", staff, now)
    return work.resolve(db, ticket, staff, text_of(form, "text"), now, kept)


def _merge(db: Session, ticket: Ticket, staff: Staff, form: FormData, now: datetime) -> object:
    number = text_of(form, "into_other").strip() or text_of(form, "into")
    if not number:
        raise DomainError("Anh/chị chọn hoặc nhập mã phản ánh chính nhé.")
    return merge.merge(db, ticket, by_number(db, number, lock=True), staff, now)


def _unmerge(db: Session, ticket: Ticket, staff: Staff, form: FormData, now: datetime) -> object:
    if ticket.merged_into_id is None:
        raise merge.CannotMerge
    return merge.unmerge(db, ticket, db.get_one(Ticket, ticket.merged_into_id), staff, now)


def _unmark(db: Session, ticket: Ticket, staff: Staff, form: FormData, now: datetime) -> object:
    return unmark(db, ticket, staff, text_of(form, "signal"), now)


ACTS: Mapping[Deed, Act] = {
    Deed.ACCEPT: lambda db, ticket, staff, form, now: work.accept(db, ticket, staff, now),
    Deed.REPLY: _with_words(work.reply),
    Deed.ASK_BACK: _with_words(work.ask_back),
    Deed.NOTE: _with_words(work.note),
    Deed.RETURN: _with_words(work.give_back),
    Deed.REJECT: _with_words(work.reject),
    Deed.FORWARD: _forward,
    Deed.ASSIGN: _assign,
    Deed.RECATEGORISE: _recategorise,
    Deed.PRIORITISE: _prioritise,
    Deed.EXTEND: _extend,
    Deed.RESOLVE: _resolve,
    Deed.MERGE: _merge,
    Deed.UNMERGE: _unmerge,
    Deed.UNMARK: _unmark,
}
# they change no state, so a colleague's change in between does not matter to them
ADDING = {Deed.NOTE, Deed.REPLY}


@router.post("/{number}/{deed}")
def do(request: Request, number: str, deed: str, person: Me, form: Form, db: DB, clock: Now) -> Response:
    if deed not in set(ACTS):
        raise NotFound
    done = Deed(deed)
    try:
        ticket = _locked(db, person, number, done, form)
        _require_fresh(done, ticket, form)
        if not _pressed_twice(db, done, ticket, person.staff, form, clock.now()):
            ACTS[done](db, ticket, person.staff, form, clock.now())
        db.flush()
    except DomainError as refused:
        db.rollback()
        ticket = visible(db, person, number)
        return answer(request, db, person, ticket, clock, typed=_typed(done, form, refused), status=refused.status)
    return _after(request, person, ticket, done)


def _locked(db: Session, person: Person, number: str, deed: Deed, form: FormData) -> Ticket:
    """The ticket under lock. The main ticket of a merge is locked with it, in the order of numbers: two merges crosswise
    do not wait for each other."""
    locked = {key: visible(db, person, key, lock=True) for key in sorted({normal_number(number), *_main_number(deed, form)})}
    return locked[normal_number(number)]


def _main_number(deed: Deed, form: FormData) -> list[str]:
    named = text_of(form, "into_other").strip() or text_of(form, "into")
    return [normal_number(named)] if deed == Deed.MERGE and named else []


def _require_fresh(deed: Deed, ticket: Ticket, form: FormData) -> None:
    if deed not in ADDING and text_of(form, "version") != str(ticket.version):
        raise Stale


def _pressed_twice(db: Session, deed: Deed, ticket: Ticket, staff: Staff, form: FormData, now: datetime) -> bool:
    if deed not in ADDING:
        return False
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id.desc()).limit(1)
    last = db.scalar(query)
    if last is None or (last.kind, last.staff_id) != (deed, staff.id) or now - last.at > TWICE:
        return False
    return bool(last.data.get("text") == nfc(text_of(form, "text")).strip())


def _typed(deed: Deed, form: FormData, refused: DomainError) -> Typed:
    values = {name: value for name, value in form.items() if isinstance(value, str) and name not in {"csrf", "version"}}
    return Typed(deed, refused.message, values)


def _after(request: Request, person: Person, ticket: Ticket, deed: Deed) -> Response:
    """Back to the ticket, or to the queue if it now belongs to others."""
    if may_see(person.staff, ticket):
        return RedirectResponse(f"/admin/phan-anh/{ticket.number}?xong={deed}", 303)
    if "hx-request" in request.headers:
        return Response(headers={"HX-Redirect": f"/admin/?xong={deed}"})
    return RedirectResponse(f"/admin/?xong={deed}", 303)


def uploaded(db: Session, form: FormData, name: str, staff: Staff, now: datetime) -> list[str]:
    """Store the photos of a form. Raises `TooLarge` or `NotAPhoto`; an empty file field is no photo."""
    files = [value for value in form.getlist(name) if isinstance(value, UploadFile) and value.filename]
    if len(files) > MOST_PHOTOS:
        raise DomainError(f"Mỗi lần gửi được tối đa {MOST_PHOTOS} ảnh.")
    limit = get_settings().max_upload_mb * 1_000_000
    return [str(store_photo(db, file.file.read(limit + 1), staff_id=staff.id, now=now).id) for file in files]
