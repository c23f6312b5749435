"""python-zalo-bot 0.1.9 made to say what the platform said: it takes `"ok": false` for success, and more.

Its other defects that we go around here: the default address is an old host; the webhook calls start an event loop of
their own, so their private async halves are used; a refused call in HTTP 200 is silently nothing.
"""

import json
from typing import Any

from zalo_bot import Bot
from zalo_bot.error import TimedOut, ZaloError
from zalo_bot.request import HTTPXRequest


class Refused(ZaloError):  # type: ignore[misc]
    """The platform said no. `code` is its error_code, else the HTTP status."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code}: {description}"[:200])
        self.code = code


class Broken(ZaloError):  # type: ignore[misc]
    """An answer that is no JSON, or no answer; the cause says which."""


class StrictRequest(HTTPXRequest):  # type: ignore[misc]
    """Reads the envelope of every answer."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(*args, **kwargs)
        if status >= 500:
            raise Refused(status, "gateway")
        try:
            envelope = json.loads(body)
        except ValueError as error:
            if status >= 400:  # a wrong token may be answered in plain words
                raise Refused(status, "no JSON") from error
            raise Broken("no JSON") from error
        if not isinstance(envelope, dict):
            raise Broken("no object")
        if envelope.get("ok") is not True or status >= 400:
            code = envelope.get("error_code") or envelope.get("errorCode") or status
            raise Refused(int(code), str(envelope.get("description") or ""))
        return status, body


def strict_bot(token: str, base_url: str, *, loopback: bool) -> Any:
    """A bot whose every refusal is an exception. Made on the loop that uses it."""
    bot = Bot(token, base_url=base_url)
    options = {"trust_env": not loopback}
    bot._request = (
        StrictRequest(connection_pool_size=2, httpx_kwargs=options),
        StrictRequest(connection_pool_size=32, read_timeout=15, write_timeout=15, httpx_kwargs=options),
    )
    return bot


__all__ = ["Broken", "Refused", "StrictRequest", "TimedOut", "ZaloError", "strict_bot"]
