"""The staff console, a second ASGI app over the same services. `api.app` mounts it at /admin."""

import importlib

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from admin.auth import guarded, to_sign_in
from admin.view import page, wants_fragment
from api.core.clock import Clock
from api.core.errors import DomainError, NotFound, NotSignedIn
from api.core.live import Hub

# one module a screen, each with its `router`; every one asks for a signed-in person and guards changes
PAGES = (
    "queue",
    "new_ticket",
    "ticket",
    "deeds",
    "photos",
    "map",
    "threads",
    "dashboard",
    "settings_people",
    "settings_rules",
    "channels",
    "labels",
)
# these look after themselves: no session yet, or a stream that must not hold a database connection
OPEN_PAGES = ("sign_in", "live")


def create_admin(clock: Clock, hub: Hub) -> FastAPI:
    """The console. It has no schema page of its own: it is for people."""
    app = FastAPI(title="Lắng Nghe", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.clock = clock
    app.state.hub = hub
    _install_handlers(app)
    for name in OPEN_PAGES:
        app.include_router(importlib.import_module(f"admin.pages.{name}").router)
    for name in PAGES:
        app.include_router(importlib.import_module(f"admin.pages.{name}").router, dependencies=[Depends(guarded)])
    return app


def _install_handlers(app: FastAPI) -> None:
    @app.exception_handler(NotSignedIn)
    def _nobody(request: Request, _: NotSignedIn) -> Response:
        return to_sign_in(request)

    @app.exception_handler(DomainError)
    def _domain(request: Request, error: DomainError) -> Response:
        return trouble(request, error.status, error.message)

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, _: RequestValidationError) -> Response:
        return trouble(request, 422, DomainError.message)

    @app.exception_handler(DataError)
    def _data(request: Request, _: DataError) -> Response:
        # what no column can hold: a NUL character, a number beyond all numbers
        return trouble(request, 422, DomainError.message)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        message = NotFound.message if error.status_code == 404 else DomainError.message
        return trouble(request, error.status_code, message)


def trouble(request: Request, status: int, message: str) -> Response:
    """What went wrong and what to do, as a page or as a notice in the page that asked."""
    if not wants_fragment(request):
        return page(request, "trouble.html", status, message=message)
    response = page(request, "_notice.html", status, message=message, kind="danger")
    response.headers["HX-Retarget"] = "#notices"
    response.headers["HX-Reswap"] = "innerHTML"
    return response
