"""What the set-up screens share: one change, one answer; a refused form stays open with what was typed."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from admin.ticket_view import Typed
from admin.view import page
from admin.words import words
from api.core.errors import DomainError
from api.tickets.threads import wanting

Context = Callable[[Session], dict[str, Any]]


def screen(
    request: Request, db: Session, tab: str, context: Context, typed: Typed | None = None, status: int = 200
) -> Response:
    saved = words()["notices"]["saved"] if "xong" in request.query_params and typed is None else ""
    shared = {"tab": tab, "typed": typed or Typed(), "saved": saved, "wanting": wanting(db, request.state.person.staff)}
    return page(request, f"settings_{tab}.html", status, **context(db), **shared)


def attempt(
    request: Request, db: Session, tab: str, key: str, form: FormData, context: Context, change: Callable[[], object], back: str
) -> Response:
    """Carry out one change of the form `key`, or show the screen again with the reason and the words typed."""
    try:
        change()
        db.flush()
    except DomainError as refused:
        db.rollback()
        kept = {name: value for name, value in form.items() if isinstance(value, str) and name not in {"csrf", "password"}}
        return screen(request, db, tab, context, Typed(key, refused.message, kept), refused.status)
    return RedirectResponse(f"{back}?xong=1", 303)


def fields(form: FormData) -> dict[str, str]:
    """The text fields of a form; an unticked box is absent."""
    return {name: value for name, value in form.items() if isinstance(value, str)}
