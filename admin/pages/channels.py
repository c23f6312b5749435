"""The channels: connected or not, what waits, what was lost, what the month still has. A lost message is sent again by hand."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from admin.auth import Me, Person
from admin.channel_view import lost, shown_channels
from admin.view import page, wants_fragment
from admin.words import words
from api.conversations.outbox import resend
from api.core.clock import Clock
from api.core.errors import DomainError, Forbidden
from api.core.web import DB, Now
from api.departments.models import Role
from api.tickets.threads import wanting

router = APIRouter(prefix="/kenh")
LOST = 50  # messages shown


def _operator(person: Me) -> Person:
    """Administrators, and the dispatchers, who notice first when a channel falls silent."""
    if person.staff.role not in {Role.ADMIN, Role.DISPATCHER}:
        raise Forbidden
    return person


Operator = Annotated[Person, Depends(_operator)]


def _context(db: Session, person: Person, clock: Clock) -> dict[str, Any]:
    return {
        "tab": "channels",
        "channels": shown_channels(db, clock.now()),
        "lost": lost(db, LOST),
        "most": LOST,
        "wanting": wanting(db, person.staff),
        "error": "",
        "done": "",
    }


@router.get("")
def show(request: Request, person: Operator, db: DB, clock: Now) -> Response:
    done = words()["notices"]["resent"] if "xong" in request.query_params else ""
    name = "_channels.html" if wants_fragment(request) else "channels.html"
    return page(request, name, **(_context(db, person, clock) | {"done": done}))


@router.post("/gui-lai/{message_id}")
def send_again(request: Request, message_id: int, person: Operator, db: DB, clock: Now) -> Response:
    try:
        resend(db, message_id, clock.now())
    except DomainError as refused:
        # two people pressed, or it arrived after all: the page says how it stands now
        db.rollback()
        return page(request, "channels.html", refused.status, **(_context(db, person, clock) | {"error": refused.message}))
    return RedirectResponse("/admin/kenh?xong=1", 303)
