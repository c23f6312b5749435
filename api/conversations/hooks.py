"""Where the platforms knock: POST /hooks/{channel}/{account}. Authenticated, written down, then acknowledged."""

import json
import re
import uuid
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from api.channels import accounts
from api.channels.contract import Account
from api.channels.registry import PLATFORMS, platform
from api.conversations.models import Media
from api.conversations.photo_links import is_good
from api.conversations.photos import path_of
from api.core.db import transaction
from api.core.errors import Forbidden, NotFound
from api.core.web import DB, Now

router = APIRouter(prefix="/hooks", tags=["hooks"], include_in_schema=False)
_ADDRESS = re.compile(r"/hooks/[^/]+/[^/]+")


def knocks(scope: Scope) -> bool:
    """Whether a request is for the webhooks' door, be it by a method that is not allowed there."""
    return scope["type"] == "http" and _ADDRESS.fullmatch(scope["path"]) is not None


class Hook:
    """200 only when everything is durable; 403 for a wrong secret. An empty body only looks whether we are there."""

    def __init__(self, state: State) -> None:
        self._state = state  # the application's, with its `door` and `clock`

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            raise HTTPException(405, headers={"Allow": "POST"})
        _, _, channel, account = scope["path"].split("/")
        await self._take(Request(scope, receive), channel, account)
        await Response()(scope, receive, send)

    async def _take(self, request: Request, channel: str, account: str) -> None:
        body = await request.body()
        if not body.strip():
            return
        known = accounts.remembered(channel, account) or await run_in_threadpool(_account, channel, account)
        if known is None or not platform(channel).authentic(known, dict(request.headers.items()), body):
            raise Forbidden
        await self._state.door.knock(channel, account, _payload(body), self._state.clock)


def _account(channel: str, account: str) -> Account | None:
    if channel not in PLATFORMS:
        return None
    with transaction() as session:
        return accounts.at_the_door(session, channel, account)


def _payload(body: bytes) -> Any:
    """The JSON of a body; what is none stays text, to be kept and looked at."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


@router.get("/photos/{media_id}/{until}/{signature}.jpg", response_class=FileResponse)
def photo(media_id: uuid.UUID, until: int, signature: str, db: DB, clock: Now) -> FileResponse:
    """A photo for a platform that fetches it by a signed address, see `photo_links`."""
    media = db.get(Media, media_id) if is_good(media_id, until, signature, clock.now()) else None
    if media is None:
        raise NotFound("Không tìm thấy ảnh này.")
    return FileResponse(path_of(media.sha256), media_type=media.mime, headers={"Cache-Control": "private, max-age=3600"})
