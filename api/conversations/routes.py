"""The web chat's API: a visitor, messages in, messages out, photos, a live stream."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, File, Header, Query, Request, UploadFile
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.channels.contract import IncomingMessage, MediaRef
from api.citizens.models import Identity
from api.citizens.service import new_visitor, visitor_of
from api.conversations import queries
from api.conversations.intake import EmptyMessage, find_conversation, open_conversation, receive
from api.conversations.models import Conversation, InStatus, Media, Message, Mode
from api.conversations.photos import path_of, photos, store_photo
from api.conversations.schemas import MessageIn, MessageOut, PhotoOut, ThreadOut, VisitorOut
from api.core.db import transaction
from api.core.errors import NotFound, NotSignedIn, TooLarge
from api.core.settings import get_settings
from api.core.web import DB, Now, rate_limit

router = APIRouter(prefix="/api/v1/chat", tags=["chat"])
MAX_ID = 2**53  # what a browser can count to
STREAM_PAGE = 200  # messages in one event at most
STREAM_LOOK_SECONDS = 5.0  # a stream looks again by itself, so a lost notification costs seconds at most


def _client(request: Request) -> str:
    return request.client.host if request.client else "?"


def visitor(db: Session, token: str) -> tuple[Identity, Conversation]:
    identity = visitor_of(db, token) if token else None
    conversation = find_conversation(db, "web", "default", identity.external_id) if identity else None
    if identity is None or conversation is None:
        raise NotSignedIn("Phiên trò chuyện đã hết hạn, anh/chị tải lại trang giúp em nhé.")
    return identity, conversation


def bearer(authorization: Annotated[str, Header()] = "") -> str:
    """The visitor's token. Never in an address, where logs and histories would keep it: the page fetches its stream too."""
    return authorization.removeprefix("Bearer ").strip()


Token = Annotated[str, Depends(bearer)]


@router.post("/visitors", status_code=201, dependencies=[rate_limit("30/minute", _client)])
def create_visitor(db: DB, clock: Now) -> VisitorOut:
    """Start a chat. Nothing personal is asked."""
    citizen, identity, token = new_visitor(db)
    thread = open_conversation(db, "web", "default", identity.external_id, citizen_id=citizen.id, now=clock.now())
    return VisitorOut(token=token, conversation_id=str(thread.id))


@router.post("/messages", status_code=202, dependencies=[rate_limit("60/minute", lambda r: r.headers.get("authorization", ""))])
def post_message(body: MessageIn, token: Token, db: DB, clock: Now) -> MessageOut:
    """Take one message. Answered only when it is durable; sending the same `client_id` again answers the stored one."""
    identity, thread = visitor(db, token)
    if body.empty:
        raise EmptyMessage
    incoming = IncomingMessage(
        channel="web",
        account="default",
        chat_id=identity.external_id,
        sender_id=identity.external_id,
        message_id=body.client_id,
        kind=body.kind,
        text=body.text,
        payload=body.payload,
        media=tuple(MediaRef(media_id=str(m.id)) for m in _own_photos(db, thread, body.media_ids)),
        lat=body.lat,
        lon=body.lon,
    )
    row = receive(db, incoming, clock.now()) or _stored(db, thread, body.client_id)
    return MessageOut.of(row)


def _own_photos(db: Session, thread: Conversation, ids: list[str]) -> list[Media]:
    """The photos named by `ids`, in that order. Raises `NotFound` if one is not of this thread."""
    wanted = list(dict.fromkeys(_uuids(ids)))
    found = {photo.id: photo for photo in photos(db, wanted) if photo.conversation_id == thread.id}
    if len(found) < len(wanted):
        raise NotFound("Không tìm thấy ảnh này, anh/chị gửi lại giúp em nhé.")
    return [found[i] for i in wanted]


def _stored(db: Session, thread: Conversation, client_id: str) -> Message:
    return db.scalars(select(Message).where(Message.conversation_id == thread.id, Message.external_id == client_id)).one()


def _uuids(ids: list[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(i) for i in ids]
    except ValueError as error:
        raise NotFound("Không tìm thấy ảnh này, anh/chị gửi lại giúp em nhé.") from error


@router.get("/messages")
def read_messages(
    token: Token,
    db: DB,
    after: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
    before: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> ThreadOut:
    """The thread: with `after` what came since that id, with `before` what came ahead of it, else the newest messages."""
    _, thread = visitor(db, token)
    rows = queries.history(db, thread.id, after, limit) if after else queries.latest(db, thread.id, limit, before)
    return _thread(db, thread, rows)


def _thread(db: Session, thread: Conversation, rows: Sequence[Message]) -> ThreadOut:
    waiting = exists().where(
        Message.conversation_id == thread.id, Message.direction == "in", Message.status == InStatus.RECEIVED
    )
    human = thread.mode == Mode.HUMAN
    typing = not human and bool(db.scalar(select(waiting)))
    senders = queries.senders(db, rows)
    messages = [MessageOut.of(row, senders.get(row.staff_id or 0)) for row in rows]
    return ThreadOut(messages=messages, typing=typing, human=human)


@router.post("/photos", status_code=201, dependencies=[rate_limit("30/minute", _client)])
def upload_photo(token: Token, db: DB, clock: Now, file: Annotated[UploadFile, File()]) -> PhotoOut:
    """Upload one photo (JPG, PNG, WEBP), to be named in the next message. It is re-encoded without its EXIF data."""
    _, thread = visitor(db, token)
    limit = get_settings().max_upload_mb * 1_000_000
    if (file.size or 0) > limit:
        raise TooLarge(f"Ảnh này lớn quá (tối đa {limit // 1_000_000} MB). Anh/chị gửi ảnh nhỏ hơn giúp em nhé.")
    media = store_photo(db, file.file.read(limit + 1), conversation_id=thread.id, now=clock.now())
    return PhotoOut(media_id=str(media.id), width=media.width, height=media.height, has_place=media.lat is not None)


@router.get("/photos/{media_id}", response_class=FileResponse)
def read_photo(media_id: uuid.UUID, token: Token, db: DB) -> FileResponse:
    """A photo of one's own thread, or one that staff sent into it."""
    _, thread = visitor(db, token)
    media = db.get(Media, media_id)
    shown = exists().where(Message.conversation_id == thread.id, Message.media_ids.contains([str(media_id)]))
    if media is None or not (media.conversation_id == thread.id or db.scalar(select(shown))):
        raise NotFound("Không tìm thấy ảnh này.")
    return FileResponse(path_of(media.sha256), media_type=media.mime, headers={"Cache-Control": "private, max-age=86400"})


def thread_of_token(token: Token) -> uuid.UUID:
    """For the stream: who it is for is settled, in a transaction of its own, before the answer starts."""
    with transaction() as db:
        return visitor(db, token)[1].id


@router.get("/stream", response_class=EventSourceResponse)
async def stream(
    request: Request,
    thread_id: Annotated[uuid.UUID, Depends(thread_of_token)],
    after: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
    last_event_id: Annotated[str, Header()] = "",
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `thread` with the messages after `after` (or the Last-Event-ID), then each change."""
    cursor = min(int(last_event_id), MAX_ID) if last_event_id.isascii() and last_event_id.isdigit() else after
    async with request.app.state.hub.subscribe("conversation", str(thread_id)) as woken:
        last: str | None = None
        while not await request.is_disconnected():
            thread = await run_in_threadpool(_news, thread_id, cursor)
            cursor = thread.messages[-1].id if thread.messages else cursor
            state = json.dumps([thread.typing, thread.human])
            if thread.messages or state != last:
                last = state
                yield ServerSentEvent(raw_data=thread.model_dump_json(), event="thread", id=str(cursor))
            if len(thread.messages) < STREAM_PAGE:
                await _woken(woken)


async def _woken(queue: "asyncio.Queue[str]") -> None:
    try:
        await asyncio.wait_for(queue.get(), STREAM_LOOK_SECONDS)
    except TimeoutError:
        return
    while not queue.empty():
        queue.get_nowait()


def _news(thread_id: uuid.UUID, cursor: int) -> ThreadOut:
    with transaction() as db:
        thread = db.get_one(Conversation, thread_id)
        return _thread(db, thread, queries.history(db, thread_id, cursor, STREAM_PAGE))
