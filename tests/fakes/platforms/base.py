"""What the three fake platforms share: citizens' chats, faults on the way out and in, a log of everything that arrived."""

import asyncio
import io
import itertools
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import Request
from fastapi.responses import JSONResponse, PlainTextResponse
from PIL import Image
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

OVERSIZE = 24_000_000  # bytes; Telegram hands out 20 million, the product takes 10
# what calling the product raises when it is out of reach; the second is anyio's, on uvloop, for a socket reset at once
UNREACHABLE = (httpx.HTTPError, AttributeError)
RETRY_SECONDS = (0.2, 0.4, 0.8, 1.5, 3.0, 3.0, 5.0, 5.0, 10.0, 10.0, 20.0, 20.0)


class Dropped(Response):
    """An answer that breaks off: it promises more than it gives, and the connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"ok": tr', "more_body": False})


@dataclass
class Faults:
    """`once`: faults of the next sends, in order. `rates`: probability of each fault of any send. `inbound`: of events.

    Of sends: 429, 408, 500, 502, 504, slow (done, answered late), reset (not done), reset_after (done), garbage (done).
    Of events: duplicate, redeliver (again after it was taken), reorder (the next overtakes it), unknown (a strange event
    goes ahead of it).
    """

    once: list[str] = field(default_factory=list)
    rates: dict[str, float] = field(default_factory=dict)
    inbound: dict[str, float] = field(default_factory=dict)
    slow_seconds: float = 2.0
    retry_after: int = 1
    chance: random.Random = field(default_factory=lambda: random.Random(8161))

    def of_send(self) -> str | None:
        return self.once.pop(0) if self.once else self._draw(self.rates)

    def of_event(self) -> str | None:
        return self._draw(self.inbound)

    def _draw(self, rates: dict[str, float]) -> str | None:
        dice = self.chance.random()
        for name, share in rates.items():
            if dice < share:
                return name
            dice -= share
        return None


@dataclass
class Line:
    """What a citizen sees in the chat."""

    id: str
    mine: bool
    text: str = ""
    buttons: list[dict[str, Any]] = field(default_factory=list)
    photo: str | None = None
    at: float = field(default_factory=time.time)


class Refusal(Exception):
    """The platform says no in its own way."""

    def __init__(self, response: Response, why: str) -> None:
        super().__init__(why)
        self.response = response


class Fake:
    """One platform. Subclasses know its calls and its events."""

    name = ""

    def __init__(self, base: str, first_id: int = 1) -> None:
        self.base = base
        self._ids = itertools.count(first_id)
        self._client: httpx.AsyncClient | None = None
        self.reset()

    def reset(self) -> None:
        self.faults = Faults()
        self.calls: list[dict[str, Any]] = []
        self.chats: dict[str, list[Line]] = defaultdict(list)
        self.deliveries: list[dict[str, Any]] = []
        self.blocked: set[str] = set()
        self.files: dict[str, bytes] = {}
        self.webhook: str | None = getattr(self, "webhook", None)
        self.secret: str = getattr(self, "secret", "")
        self.pending = 0
        self.updates: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._lanes: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def next_id(self) -> int:
        return next(self._ids)

    # --- what the product sends

    async def sending(self, method: str, chat: str, params: dict[str, Any], effect: Callable[[], dict[str, Any]]) -> Response:
        """Play one send with its fault; `effect` does it and returns the platform's result."""
        fault = self.faults.of_send()
        entry = {"method": method, "chat": chat, "params": params, "fault": fault, "done": False, "at": time.time()}
        self.calls.append(entry)
        if fault in {"429", "408", "500", "502", "504"}:
            return self.error(int(fault))
        if fault == "reset":
            return Dropped()
        try:
            result = effect()
        except Refusal as refusal:
            entry["refused"] = str(refusal)
            return refusal.response
        entry |= {"done": True, "result": result}
        if fault == "slow":
            await asyncio.sleep(self.faults.slow_seconds)
        if fault == "reset_after":
            return Dropped()
        return PlainTextResponse("<html>") if fault == "garbage" else self.success(result)

    def error(self, status: int) -> Response:
        raise NotImplementedError

    def success(self, result: Any) -> Response:
        raise NotImplementedError

    def show(self, chat: str, line: Line) -> None:
        self.chats[chat].append(line)

    def heard(self, chat: str) -> list[Line]:
        """What the product said to a citizen."""
        return [line for line in self.chats[chat] if not line.mine]

    # --- what citizens do

    def send_event(self, lane: str, payload: dict[str, Any]) -> None:
        """Hand an event to the product: to its webhook, else to whoever polls. Events of one chat go one after the other."""
        if self.webhook is None:
            self.updates.put_nowait(payload)
            return
        if lane not in self._lanes:
            self._lanes[lane] = asyncio.Queue()
            self._start(self._drive(self._lanes[lane]))
        self.pending += 1
        self._lanes[lane].put_nowait(payload)

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drive(self, lane: "asyncio.Queue[dict[str, Any]]") -> None:
        while True:
            payload = await lane.get()
            fault = self.faults.of_event()
            if fault == "unknown":
                await self._push(self.strange_event())
            if fault == "reorder" and not lane.empty():
                overtaker = await lane.get()
                await self._push(overtaker)
                self.pending -= 1
            await self._push(payload)
            if fault in {"duplicate", "redeliver"}:
                await self._push(payload)
            self.pending -= 1

    def courier(self) -> httpx.AsyncClient:
        """The client for everything that goes to the product, made on the loop that uses it."""
        if self._client is None:
            bounds = httpx.Limits(max_connections=100, max_keepalive_connections=50)
            self._client = httpx.AsyncClient(trust_env=False, timeout=10, limits=bounds)
        return self._client

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        if self._client is not None:
            await self._client.aclose()

    def strange_event(self) -> dict[str, Any]:
        return {"event_name": "something.of.the.future", "update_id": self.next_id(), "future": {"a": [1]}}

    async def _push(self, payload: dict[str, Any]) -> None:
        """Post until it is taken, as the platforms do: an answer that is not 200 is no answer."""
        body = json.dumps(payload, ensure_ascii=False).encode()
        entry: dict[str, Any] = {"payload": payload, "tries": 0, "status": None, "at": time.time()}
        self.deliveries.append(entry)
        for pause in RETRY_SECONDS:
            entry["tries"] += 1
            headers = self.event_headers(payload, body)
            try:
                answer = await self.courier().post(str(self.webhook), content=body, headers=headers)
                entry |= {"status": answer.status_code, "taken": time.time()}
            except Exception as error:  # more than UNREACHABLE: nobody would see this task die, and its event be lost
                entry["status"] = type(error).__name__
            if entry["status"] == 200 or (isinstance(entry["status"], int) and entry["status"] in {401, 403}):
                return
            await asyncio.sleep(pause)

    def event_headers(self, payload: dict[str, Any], body: bytes) -> dict[str, str]:
        raise NotImplementedError

    def say(self, act: dict[str, Any]) -> dict[str, Any]:
        """A citizen does something; `act` as described in `app.Act`."""
        raise NotImplementedError

    def photo_of(self, act: dict[str, Any]) -> str:
        """The name of the photo that a citizen sends: one that is gone, one larger than anybody takes, or a good one."""
        for trouble in ("expired", "oversize"):
            if act.get(trouble):
                return trouble
        return self.keep_file(act.get("data"))

    def file(self, name: str) -> Response:
        """A photo as the platform hosts it. The product stops reading the oversized one long before its end."""
        if name == "oversize":
            return Response(bytes(OVERSIZE), media_type="image/jpeg")
        known = name in self.files
        return Response(self.files[name], media_type="image/jpeg") if known else PlainTextResponse("expired", 404)

    def keep_file(self, data: bytes | None) -> str:
        """Host a photo; returns its name."""
        name = f"f{self.next_id()}"
        self.files[name] = data or picture(self.next_id())
        return name


def picture(seed: int, side: int = 240) -> bytes:
    """A small JPEG, another one for each seed."""
    colour = ((seed * 47) % 200 + 30, (seed * 89) % 200 + 30, (seed * 131) % 200 + 30)
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "JPEG")
    return out.getvalue()


async def params_of(request: Request) -> dict[str, Any]:
    """Query, JSON or form, as the platforms accept them; files as bytes."""
    found: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        found |= await request.json()
    elif kind:
        for name, value in (await request.form()).items():
            found[name] = value if isinstance(value, str) else await value.read()
    return found


def shown(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters for the log: files only by their size."""
    return {name: f"<{len(value)} bytes>" if isinstance(value, bytes) else value for name, value in params.items()}


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def answer(body: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(body, status)
