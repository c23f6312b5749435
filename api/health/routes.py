"""One address that says which parts of the product are up, for people, `langnghe up` and container health checks."""

from datetime import datetime, timedelta
from enum import StrEnum

import httpx
from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.core.db import transaction
from api.core.settings import get_settings
from api.core.web import Now

router = APIRouter(tags=["health"])
BOT_SECONDS = 1.0  # longer than Rasa ever takes to say its version
WORKER_ALIVE = timedelta(seconds=15)  # the worker's heart beats every two seconds


class State(StrEnum):
    UP = "up"
    DOWN = "down"


class Part(BaseModel):
    state: State


class WorkerPart(Part):
    heartbeat_at: datetime | None = None


class QueuePart(BaseModel):
    """`waiting`: jobs that could run now. It stays near zero while the worker keeps up."""

    waiting: int | None = None


class HealthOut(BaseModel):
    """`status` is `ok`, `degraded` (a part is down; what citizens write is kept and answered later) or `down`."""

    status: str
    database: Part
    bot: Part
    worker: WorkerPart
    queue: QueuePart


@router.get("/health", responses={503: {"model": HealthOut}})
def health(clock: Now, response: Response) -> HealthOut:
    """State of each part. 200 while the database is up, since then every message is kept; 503 otherwise."""
    response.headers["Cache-Control"] = "no-store"
    bot = Part(state=_bot())
    try:
        with transaction() as session:
            worker, queue = _worker(session, clock.now()), _queue(session)
    except (SQLAlchemyError, RuntimeError):
        response.status_code = 503
        down = State.DOWN
        return HealthOut(status="down", database=Part(state=down), bot=bot, worker=WorkerPart(state=down), queue=QueuePart())
    well = bot.state == worker.state == State.UP
    return HealthOut(status="ok" if well else "degraded", database=Part(state=State.UP), bot=bot, worker=worker, queue=queue)


def _bot() -> State:
    try:
        answer = httpx.get(f"{get_settings().bot_address}/version", timeout=BOT_SECONDS)
    except httpx.HTTPError:
        return State.DOWN
    return State.UP if answer.is_success else State.DOWN


def _worker(session: Session, now: datetime) -> WorkerPart:
    beat: datetime | None = session.scalar(text("select max(last_heartbeat) from procrastinate_workers"))
    alive = beat is not None and now - beat < WORKER_ALIVE
    return WorkerPart(state=State.UP if alive else State.DOWN, heartbeat_at=beat)


def _queue(session: Session) -> QueuePart:
    due = "select count(*) from procrastinate_jobs where status = 'todo' and (scheduled_at is null or scheduled_at <= now())"
    return QueuePart(waiting=session.scalar(text(due)))
