"""The web application: API, citizens' pages, console, and the bot's actions, wired in one place."""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api.core.clock import Clock, SystemClock
from api.core.live import Hub
from api.core.tables import load_all
from api.core.web import install_problem_handlers

# in the order in which the reference shows them
ROUTERS = ("api.conversations", "api.tickets", "api.knowledge", "api.places", "api.metrics", "api.health")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    await app.state.hub.start()
    yield
    await app.state.hub.stop()


def create_app(clock: Clock | None = None) -> FastAPI:
    """One app for API and console. `clock` is the system's unless a test hands in its own."""
    load_all()
    app = FastAPI(
        title="Lắng Nghe", version="1", summary="Lắng nghe người dân: phản ánh, hỏi đáp, theo dõi xử lý", lifespan=_lifespan
    )
    app.state.clock = clock or SystemClock()
    app.state.hub = Hub()
    install_problem_handlers(app)
    for name in ROUTERS:
        app.include_router(importlib.import_module(f"{name}.routes").router)
    return app
