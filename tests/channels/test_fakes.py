"""The fakes keep what the platforms promise: an event is brought until it is taken, whatever broke on the way."""

import asyncio
from typing import Any

import httpx

from tests.fakes.platforms.telegram import FakeTelegram


def test_an_event_is_brought_until_it_is_taken() -> None:
    # the first is anyio's, from uvloop: the socket of a connection that was reset before anybody looked at it
    troubles = iter([AttributeError("'NoneType' object has no attribute 'getpeername'"), httpx.ConnectError("refused")])

    def door(_: httpx.Request) -> httpx.Response:
        if trouble := next(troubles, None):
            raise trouble
        return httpx.Response(200)

    [delivery] = asyncio.run(_brought({"update_id": 1}, httpx.MockTransport(door)))
    assert (delivery["tries"], delivery["status"]) == (3, 200)


async def _brought(event: dict[str, Any], way: httpx.AsyncBaseTransport) -> list[dict[str, Any]]:
    """The log of the deliveries of one event."""
    fake = FakeTelegram("http://telegram.test")
    fake.webhook = "http://door.test"
    fake._client = httpx.AsyncClient(transport=way)
    fake.send_event("chat", event)
    while fake.pending:
        await asyncio.sleep(0.01)
    await fake.close()
    return fake.deliveries
