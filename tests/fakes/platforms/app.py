"""The three platforms on one port, with a page on which one chats as a citizen, and addresses to command them."""

import asyncio
import base64
import dataclasses
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from starlette.responses import FileResponse

from tests.fakes.platforms import telegram, zalo, zalo_oa
from tests.fakes.platforms.base import Fake, Faults

PAGE = Path(__file__).parent
CITIZENS = ("5001", "5002", "5003")  # whom the page offers to be


class Act(BaseModel):
    """What a citizen does. `kind`: text, image (with `photos` of them as one album), location, contact, voice, sticker,
    unsupported. `press`: the index of a button of the last message that had some (or of `message_id`). `raw`: any payload.
    """

    user: str
    name: str | None = None
    kind: str = "text"
    text: str | None = None
    lat: float | None = None
    lon: float | None = None
    phone: str | None = None
    foreign: bool = False
    photos: int = 1
    expired: bool = False
    oversize: bool = False
    data: str | None = None
    press: int | None = None
    message_id: str | None = None
    edit_of: str | None = None
    raw: dict[str, Any] | None = None

    def plain(self) -> dict[str, Any]:
        given = {name: value for name, value in self.model_dump().items() if value is not None}
        return given | ({"data": base64.b64decode(self.data)} if self.data else {})


class FaultsIn(BaseModel):
    once: list[str] = []
    rates: dict[str, float] = {}
    inbound: dict[str, float] = {}
    slow_seconds: float = 2.0
    retry_after: int = 1


class Settings(BaseModel):
    """Any attribute of a fake that a test wants otherwise: webhook, wrapped, photo_field, quota, receipts, access …"""

    values: dict[str, Any]


def create_app(base: str, *, first_id: int = 1, citizens: tuple[str, ...] = ()) -> FastAPI:
    """`base`: the address under which this app is reached; the photos' addresses begin with it.

    Who starts again beside a product that remembers hands in a `first_id` above all ids of before, since an id that the
    product knows is a repeat to it, and the `citizens` who have written before.
    """
    fakes: dict[str, Fake] = {
        "telegram": telegram.FakeTelegram(f"{base}/telegram", first_id),
        "zalo": zalo.FakeZalo(f"{base}/zalo", first_id),
        "zalo_oa": zalo_oa.FakeZaloOA(f"{base}/zalo_oa", first_id),
    }
    for fake in fakes.values():
        fake.chats.update({citizen: [] for citizen in citizens})

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        app.state.loop = asyncio.get_running_loop()  # for those who speak from another thread
        yield
        for fake in fakes.values():
            await fake.close()

    app = FastAPI(title="Fake platforms", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.fakes = fakes
    app.state.connected = False
    for name, module in (("telegram", telegram), ("zalo", zalo), ("zalo_oa", zalo_oa)):
        app.include_router(module.router(fakes[name]), prefix=f"/{name}")  # type: ignore[attr-defined]
    _commands(app, fakes)
    return app


def _commands(app: FastAPI, fakes: dict[str, Fake]) -> None:
    def of(platform: str) -> Fake:
        if platform not in fakes:
            raise HTTPException(404)
        return fakes[platform]

    @app.get("/")
    def page() -> FileResponse:
        return FileResponse(PAGE / "page.html")

    @app.get("/state")
    def state() -> dict[str, bool]:
        """Whether the product has been connected with us."""
        return {"connected": app.state.connected}

    @app.get("/page.{kind}")
    def part(kind: str) -> FileResponse:
        if kind not in {"js", "css"}:
            raise HTTPException(404)
        return FileResponse(PAGE / f"page.{kind}")

    @app.post("/control/{platform}/say")
    async def say(platform: str, act: Act) -> dict[str, Any]:
        return of(platform).say(act.plain())

    @app.post("/control/{platform}/faults")
    async def faults(platform: str, given: FaultsIn) -> dict[str, Any]:
        of(platform).faults = Faults(**given.model_dump())
        return {}

    @app.post("/control/{platform}/set")
    async def set_values(platform: str, given: Settings) -> dict[str, Any]:
        for name, value in given.values.items():
            setattr(of(platform), name, set(value) if name in {"closed", "blocked"} else value)
        return {}

    @app.post("/control/{platform}/block/{user}/{blocked}")
    async def block(platform: str, user: str, blocked: bool) -> dict[str, Any]:
        of(platform).block(user, blocked)  # type: ignore[attr-defined]
        return {}

    @app.post("/control/{platform}/reset")
    async def reset(platform: str) -> dict[str, Any]:
        fake = of(platform)
        for task in list(fake._tasks):
            task.cancel()
        fake.reset()
        return {}

    @app.get("/control/{platform}/log")
    async def log(platform: str) -> dict[str, Any]:
        fake = of(platform)
        extra = {name: getattr(fake, name, None) for name in ("answered", "fetched", "rotations", "webhook", "pending")}
        return {"calls": fake.calls, "deliveries": fake.deliveries, **extra}

    @app.get("/control/{platform}/chat/{user}")
    async def chat(platform: str, user: str) -> list[dict[str, Any]]:
        return [dataclasses.asdict(line) for line in of(platform).chats.get(user, [])]


def main() -> None:
    import uvicorn

    from api.core.settings import get_settings

    port = get_settings().fakes_port
    base = f"http://127.0.0.1:{port}"
    # seconds since 1970: nobody chats faster than one message a second for long
    app = create_app(base, first_id=int(time.time()), citizens=CITIZENS)
    if "--connect" in sys.argv[1:]:
        from tests.fakes.platforms.connect import when_both_are_up

        when_both_are_up(base, app)
    print(f"Ba nền tảng giả lập (Zalo Bot, Zalo OA, Telegram) đang chạy tại {base}", flush=True)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical", access_log=False)
