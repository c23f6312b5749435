"""The staff console alone, for installations that keep it on its own network (and set LANGNGHE_CONSOLE=false on the API)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from admin.app import create_admin
from admin.citizen import STATIC
from api.core.clock import Clock, SystemClock
from api.core.edge import SecurityHeaders
from api.core.live import Hub
from api.core.tables import load_all
from api.health.routes import router as health


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    await app.state.hub.start()
    yield
    await app.state.hub.stop()


def create_console(clock: Clock | None = None) -> FastAPI:
    """Console, its files and the health page; no citizens' pages, no API."""
    load_all()
    app = FastAPI(title="Lắng Nghe", lifespan=_lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.clock = clock or SystemClock()
    app.state.hub = Hub()
    app.include_router(health)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.mount("/admin", create_admin(app.state.clock, app.state.hub))
    app.add_api_route("/", lambda: RedirectResponse("/admin/"), include_in_schema=False)
    app.add_middleware(SecurityHeaders)
    return app
