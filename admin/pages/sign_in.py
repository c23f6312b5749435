"""Sign-in and sign-out. A failure is counted although the page answers 401: nothing is raised, so the edge commits."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Form as Field
from starlette.responses import RedirectResponse, Response

from admin.auth import COOKIE, HOME, SIGN_IN, guarded, person_of, safe_next, set_cookie
from admin.view import page
from admin.words import words
from api.core.errors import NotSignedIn
from api.core.security import new_token, same
from api.core.web import DB, Now, rate_limit
from api.departments.staff import sign_in, sign_out

router = APIRouter()
FORM_COOKIE = "langnghe_form"  # proves that the sign-in form is ours: there is no session yet


@router.get("/dang-nhap")
def show(request: Request, db: DB, clock: Now, next: str = HOME) -> Response:
    if person_of(db, request.cookies.get(COOKIE, ""), clock.now()):
        return RedirectResponse(safe_next(next), 303)
    return _form(request, 200, target=next)


def _form(request: Request, status: int, *, target: str, username: str = "", error: str = "") -> Response:
    token = request.cookies.get(FORM_COOKIE) or new_token()
    response = page(request, "sign_in.html", status, token=token, target=target, username=username, error=error)
    set_cookie(response, FORM_COOKIE, token)
    return response


def _client(request: Request) -> str:
    return request.client.host if request.client else "?"


@router.post("/dang-nhap", dependencies=[rate_limit("30/minute", _client)])
def enter(
    request: Request,
    db: DB,
    clock: Now,
    username: Annotated[str, Field(max_length=200)] = "",
    password: Annotated[str, Field(max_length=1000)] = "",
    form_token: Annotated[str, Field()] = "",
    next: Annotated[str, Field()] = HOME,
) -> Response:
    kept = request.cookies.get(FORM_COOKIE, "")
    if not kept or not same(kept, form_token):
        return _form(request, 403, target=next, username=username, error=words()["notices"]["form"])
    try:
        _, token, _ = sign_in(db, username, password, clock.now(), request.headers.get("user-agent"))
    except NotSignedIn as refused:
        return _form(request, 401, target=next, username=username, error=refused.message)
    response = RedirectResponse(safe_next(next), 303)
    set_cookie(response, COOKIE, token)
    response.delete_cookie(FORM_COOKIE, path="/admin")
    return response


@router.post("/dang-xuat", dependencies=[Depends(guarded)])
def leave(request: Request, db: DB) -> Response:
    sign_out(db, request.cookies.get(COOKIE, ""))
    response = RedirectResponse(SIGN_IN, 303)
    response.delete_cookie(COOKIE, path="/admin")
    return response
