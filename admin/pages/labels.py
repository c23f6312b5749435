"""“Câu cần gán nhãn”: messages that the bot was unsure of, with ready labels to tap. Administrators and dispatchers only."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from admin.auth import Form, Me, Person, text_of
from admin.view import page, wants_fragment
from api.core.errors import DomainError, NotFound
from api.core.web import DB, Now
from api.departments.queries import names
from api.learning import desk
from api.learning.desk import Choice
from api.learning.models import Reason
from api.localities.taxonomy import procedures
from api.tickets.threads import wanting

router = APIRouter(prefix="/gan-nhan")
HERE = "/admin/gan-nhan"
LONGEST_SEARCH = 200


def _labeller(person: Me) -> Person:
    desk.require_labeller(person.staff)
    return person


Labeller = Annotated[Person, Depends(_labeller)]


def _context(request: Request, db: Session) -> dict[str, Any]:
    asked = request.query_params
    reason, search, before = asked.get("ly_do", ""), asked.get("tim", "")[:LONGEST_SEARCH], asked.get("truoc", "")
    known = reason if reason in set(Reason) else ""
    cursor = int(before) if before.isdigit() and len(before) < 10 else None
    return {
        "found": desk.unsure(db, reason=known, search=search, before=cursor),
        "reason": known,
        "search": search,
        "waiting": desk.waiting_count(db),
        "labelled": desk.labelled_count(db),
        "wanting": wanting(db, request.state.person.staff),
        "done": "xong" in asked,
    } | _shared(db)


def _shared(db: Session) -> dict[str, Any]:
    return {"departments": names(db), "procedures": procedures(), "longest": desk.LONGEST, "typed": None, "error": ""}


@router.get("")
def show(request: Request, person: Labeller, db: DB) -> Response:
    name = "_labels.html" if wants_fragment(request) else "labels.html"
    return page(request, name, **_context(request, db))


@router.post("/{message_id}")
def give(request: Request, message_id: int, person: Labeller, form: Form, db: DB, clock: Now) -> Response:
    choice = _choice(form)
    try:
        desk.label(
            db, person.staff, message_id, choice, clock.now(), text=text_of(form, "cau"), place=text_of(form, "dia_diem")
        )
        db.flush()
    except NotFound as gone:
        db.rollback()
        return _settled(request, message_id, gone.message)
    except DomainError as refused:
        db.rollback()
        return _refused(request, db, message_id, form, refused)
    return _settled(request, message_id, choice=choice)


def _choice(form: FormData) -> Choice:
    """A tapped label, or the three fields of “Nhãn khác”."""
    tapped = text_of(form, "nhan")
    kind, category, procedure = (
        [*tapped.split("|"), "", ""][:3] if tapped else [text_of(form, f) for f in ("loai", "linh_vuc", "thu_tuc")]
    )
    return Choice(kind, category or None, procedure or None)


@router.post("/{message_id}/bo-qua")
def skip(request: Request, message_id: int, person: Labeller, db: DB, clock: Now) -> Response:
    try:
        desk.skip(db, person.staff, message_id, clock.now())
    except NotFound as gone:
        db.rollback()
        return _settled(request, message_id, gone.message)
    return _settled(request, message_id, skipped=True)


@router.post("/{message_id}/hoan-tac")
def undo(request: Request, message_id: int, person: Labeller, db: DB) -> Response:
    """The message as it waited before; if its time is over meanwhile, that is said."""
    desk.undo(db, person.staff, message_id)
    if not wants_fragment(request):
        return RedirectResponse(HERE, 303)
    return page(request, "_label_card.html", row=desk.one(db, message_id), **_shared(db))


def _settled(
    request: Request, message_id: int, gone: str = "", *, choice: Choice | None = None, skipped: bool = False
) -> Response:
    """One line in the message's place, with the way back."""
    if not wants_fragment(request):
        return RedirectResponse(f"{HERE}?xong=1", 303)
    known: dict[str, Any] = {"choice": choice, "procedures": procedures(), "gone": gone, "skipped": skipped}
    return page(request, "_label_done.html", message_id=message_id, **known)


def _refused(request: Request, db: Session, message_id: int, form: FormData, refused: DomainError) -> Response:
    """The message again, open at what was chosen."""
    kept = {name: text_of(form, name) for name in ("loai", "linh_vuc", "thu_tuc", "dia_diem", "cau")}
    shown = _shared(db) | {"typed": kept, "error": refused.message, "row": desk.one(db, message_id)}
    if wants_fragment(request):
        return page(request, "_label_card.html", refused.status, **shown)
    rest = _context(request, db) | shown | {"found": desk.Page([shown["row"]], more=False)}
    return page(request, "labels.html", refused.status, **rest)
