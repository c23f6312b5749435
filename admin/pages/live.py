"""Live updates: one stream a tab. It only says that something changed; the page then asks for what it may see."""

import asyncio
import uuid
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from admin.auth import COOKIE, person_of
from api.core.db import transaction
from api.core.errors import NotSignedIn
from api.tickets.desk import concerns
from api.tickets.threads import may_see_thread

router = APIRouter()
PULSE_SECONDS = 20.0  # how often a silent stream shows that it lives, and looks whether the person still may listen


@router.get("/luong", response_class=EventSourceResponse)
async def stream(request: Request) -> AsyncIterator[ServerSentEvent]:
    """Events `ticket` (data: the ticket's id) and `conversation` (the thread's id), each only to those whom it concerns."""
    token = request.cookies.get(COOKIE, "")
    if not await run_in_threadpool(_present, request, token):
        raise NotSignedIn
    hub = request.app.state.hub
    async with hub.subscribe("ticket", "*") as tickets, hub.subscribe("conversation", "*") as threads:
        # the browser starts from here: what changed while it was away is fetched anew
        yield ServerSentEvent(raw_data="all", event="ready", retry=3000)
        while not await request.is_disconnected():
            changed = await _changed(tickets, threads)
            heard = await run_in_threadpool(_concerning, request, token, changed)
            if heard is None:
                return
            for event, key in heard:
                yield ServerSentEvent(raw_data=key, event=event)
            if not heard:
                yield ServerSentEvent(comment="pulse")


async def _changed(tickets: "asyncio.Queue[str]", threads: "asyncio.Queue[str]") -> list[tuple[str, str]]:
    """What changed since: waits for the first, then takes all that is there, each once."""
    waits = [asyncio.ensure_future(queue.get()) for queue in (tickets, threads)]
    try:
        done, _ = await asyncio.wait(waits, timeout=PULSE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # also when the browser has gone: nothing is left waiting on a queue that nobody fills
        for wait in waits:
            wait.cancel()
    found: list[tuple[str, str]] = []
    for event, queue, wait in zip(("ticket", "conversation"), (tickets, threads), waits, strict=True):
        if wait in done:
            found.append((event, wait.result()))
        while not queue.empty():
            found.append((event, queue.get_nowait()))
    return list(dict.fromkeys(found))


def _present(request: Request, token: str) -> bool:
    with transaction() as db:
        return person_of(db, token, request.app.state.clock.now()) is not None


def _concerning(request: Request, token: str, changed: list[tuple[str, str]]) -> list[tuple[str, str]] | None:
    """Those of `changed` that this person may hear of; None once the session has ended."""
    with transaction() as db:
        person = person_of(db, token, request.app.state.clock.now())
        if person is None:
            return None
        checks = {"ticket": concerns, "conversation": may_see_thread}
        return [(event, key) for event, key in changed if checks[event](db, person.staff, uuid.UUID(key))]
