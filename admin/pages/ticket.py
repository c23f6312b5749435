"""The ticket page: beside the queue on wide screens, alone on narrow ones; and the sheet for printing."""

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import PlainTextResponse, Response

from admin.auth import Me, Person
from admin.desk import labels, queue_context
from admin.ticket_view import Typed, sheet
from admin.view import page, qr, wants_fragment
from admin.words import words
from api.core.clock import Clock
from api.core.settings import get_settings
from api.core.web import DB, Now
from api.tickets.access import require_sight
from api.tickets.models import Ticket
from api.tickets.queries import by_number

router = APIRouter(prefix="/phan-anh")
PARTS = {"lich-su": "_history.html", "tin-nhan": "_thread_box.html"}


def visible(db: Session, person: Person, number: str, *, lock: bool = False) -> Ticket:
    ticket = by_number(db, number, lock=lock)
    require_sight(person.staff, ticket)
    return ticket


def answer(
    request: Request,
    db: Session,
    person: Person,
    ticket: Ticket,
    clock: Clock,
    *,
    typed: Typed | None = None,
    status: int = 200,
) -> Response:
    """The ticket's page, or its pane alone where htmx asks."""
    done = request.query_params.get("xong", "")
    shown = {"sheet": sheet(db, person, ticket, clock.now(), typed), "done": words()["deeds"].get(done, {}).get("done", "")}
    if wants_fragment(request):
        return page(request, "_ticket.html", status, labels=labels(db), **shown)
    return page(request, "desk.html", status, **(queue_context(request, db, person, clock.now()) | shown))


@router.get("/{number}")
def show(request: Request, number: str, person: Me, db: DB, clock: Now) -> Response:
    return answer(request, db, person, visible(db, person, number), clock)


@router.get("/{number}/in")
def print_view(request: Request, number: str, person: Me, db: DB, clock: Now) -> Response:
    ticket = visible(db, person, number)
    code = qr(f"{get_settings().public_address}/admin/phan-anh/{ticket.number}")
    return page(request, "print.html", sheet=sheet(db, person, ticket, clock.now()), labels=labels(db), qr=code)


@router.get("/{number}/phan/phien-ban")
def version(number: str, person: Me, db: DB) -> Response:
    """Whether forms on the screen are still fresh."""
    return PlainTextResponse(str(visible(db, person, number).version))


@router.get("/{number}/phan/{part}")
def one_part(request: Request, number: str, part: str, person: Me, db: DB, clock: Now) -> Response:
    """The history or the conversation alone, fetched anew when something changed; forms stay untouched."""
    ticket = visible(db, person, number)
    name = PARTS.get(part, "_history.html")
    return page(request, name, sheet=sheet(db, person, ticket, clock.now()), labels=labels(db))
