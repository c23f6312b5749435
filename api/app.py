"""The web application: API, citizens' pages, console, and the bot's actions, wired in one place."""

import importlib
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from admin import citizen
from api import reference
from api.conversations import hooks
from api.conversations.door import Door
from api.core.clock import Clock, SystemClock
from api.core.edge import BodyLimit, SecurityHeaders
from api.core.errors import NotFound
from api.core.live import Hub
from api.core.settings import get_settings
from api.core.tables import load_all
from api.core.web import install_problem_handlers, problem

# in the order in which the reference shows them
ROUTERS = (
    "api.conversations.routes",
    "api.conversations.hooks",
    "api.tickets.routes",
    "api.knowledge.routes",
    "api.places.routes",
    "api.metrics.routes",
    "api.health.routes",
    "actions.routes",
)
MULTIPART_OVERHEAD = 1_000_000  # bytes around the photo itself; also more than any text may have


class Application(FastAPI):
    """FastAPI behind the webhooks' door: a crowd of messages goes past its routing and whatever stands before that, which are a
    fifth of what a webhook costs.
    """

    hook: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.hook if hooks.knocks(scope) else super().__call__)(scope, receive, send)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    await app.state.hub.start()
    yield
    await app.state.door.close()
    await app.state.hub.stop()


def create_app(clock: Clock | None = None) -> Application:
    """One app for API and console. `clock` is the system's unless a test hands in its own."""
    load_all()
    app = Application(
        title="Lắng Nghe",
        version="1",
        summary="Lắng nghe người dân: phản ánh, hỏi đáp, theo dõi xử lý",
        lifespan=_lifespan,
        docs_url=None,  # FastAPI's own page loads its scripts from a CDN and speaks English; ours is in admin.citizen
        redoc_url=None,
    )
    app.state.clock = clock or SystemClock()
    app.state.hub = Hub()
    app.state.door = Door()
    install_problem_handlers(app)
    _install_pages(app)
    for name in ROUTERS:
        if importlib.util.find_spec(name):
            app.include_router(importlib.import_module(name).router)
    reference.install(app)
    _install_limits(app)
    return app


def _install_pages(app: FastAPI) -> None:
    app.include_router(citizen.router)
    app.mount("/static", StaticFiles(directory=citizen.STATIC), name="static")
    # the console is a second application: its own sign-in, its own error pages
    if get_settings().console and importlib.util.find_spec("admin.app"):
        app.mount("/admin", importlib.import_module("admin.app").create_admin(app.state.clock, app.state.hub))

    @app.exception_handler(404)
    @app.exception_handler(NotFound)
    def _missing(request: Request, error: HTTPException | NotFound) -> Response:
        if citizen.wants_page(request):
            return citizen.not_found(request)
        if isinstance(error, NotFound):
            return problem(404, error.code, error.message, **error.details)
        return problem(404, NotFound.code, NotFound.message)


def _install_limits(app: Application) -> None:
    app.hook = _guarded(ExceptionMiddleware(hooks.Hook(app.state), app.exception_handlers))
    app.add_middleware(_guarded)


def _guarded(app: ASGIApp) -> ASGIApp:
    """What every request passes, by whichever way it goes on."""
    megabytes = get_settings().max_upload_mb
    sentence = f"Nội dung gửi lên lớn quá (tối đa {megabytes} MB). Anh/chị gửi ảnh nhỏ hơn giúp em nhé."
    return SecurityHeaders(BodyLimit(app, megabytes * 1_000_000 + MULTIPART_OVERHEAD, sentence))
