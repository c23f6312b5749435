"""Who is at the screen: the session's cookie, the CSRF token of every change, and the answer to those not signed in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from admin.words import words
from api.core.errors import Forbidden, NotSignedIn
from api.core.security import same
from api.core.settings import get_settings
from api.core.web import DB, Now
from api.departments.models import Department, Role, Staff
from api.departments.staff import SESSION_LENGTH, session_of
from api.tickets.access import SEES_ALL

COOKIE = "langnghe_staff"
HOME = "/admin/"
SIGN_IN = "/admin/dang-nhap"
_SAFE = {"GET", "HEAD", "OPTIONS"}


class FormExpired(Forbidden):
    code = "csrf"

    def __init__(self) -> None:
        super().__init__(words()["notices"]["csrf"])


@dataclass(frozen=True)
class Person:
    """The member of staff who asks, and the token that proves that a form came from our page."""

    staff: Staff
    csrf: str
    department: Department | None

    @property
    def sees_all(self) -> bool:
        return self.staff.role in SEES_ALL

    @property
    def is_admin(self) -> bool:
        return self.staff.role == Role.ADMIN


def person_of(session: Session, token: str, now: datetime) -> Person | None:
    found = session_of(session, token, now) if token else None
    if found is None:
        return None
    staff, row = found
    department = session.get(Department, staff.department_code) if staff.department_code else None
    return Person(staff, row.csrf_token, department)


def signed_in(request: Request, db: DB, clock: Now) -> Person:
    person = person_of(db, request.cookies.get(COOKIE, ""), clock.now())
    if person is None:
        raise NotSignedIn
    request.state.person = person
    return person


async def guarded(request: Request, person: Annotated[Person, Depends(signed_in)]) -> AsyncIterator[Person]:
    """Every page asks for this: signed in, and for a change the token of the session (header of htmx, or form field)."""
    if request.method not in _SAFE:
        given = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf", ""))
        if not same(given, person.csrf):
            raise FormExpired
    yield person
    await request.close()


Me = Annotated[Person, Depends(guarded)]


async def _form(request: Request, person: Me) -> FormData:
    return await request.form()


Form = Annotated[FormData, Depends(_form)]


def _admin_only(person: Me) -> Person:
    if not person.is_admin:
        raise Forbidden
    return person


Admin = Annotated[Person, Depends(_admin_only)]


def text_of(form: FormData, name: str) -> str:
    """A text field; an uploaded file under that name counts as empty."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def set_cookie(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(SESSION_LENGTH.total_seconds()),
        path="/admin",
        httponly=True,
        samesite="strict",
        secure=get_settings().secure_cookies,
    )


def to_sign_in(request: Request) -> Response:
    """To the sign-in page, and back here afterwards."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = f"{SIGN_IN}?next={quote(back, safe='')}" if request.method == "GET" else SIGN_IN
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": SIGN_IN})
    return Response(status_code=303, headers={"Location": target})


def safe_next(target: str) -> str:
    """Only a path below the console is returned to: a link cannot lead elsewhere after sign-in."""
    return target if target.startswith(HOME) else HOME
