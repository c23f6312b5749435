"""The queue. A job is enqueued inside the caller's own transaction: nothing runs before commit, a rollback leaves nothing."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import procrastinate
from sqlalchemy.orm import Session

from api.core.settings import get_settings


def _conninfo() -> str:
    return get_settings().database_url.replace("postgresql+psycopg://", "postgresql://")


@lru_cache(maxsize=1)
def app() -> procrastinate.App:
    """The procrastinate app of this process. Tasks are declared on `tasks` and added by `api.worker`."""
    connector = procrastinate.PsycopgConnector(conninfo=_conninfo(), min_size=1, max_size=8)
    made = procrastinate.App(connector=connector)
    made.add_tasks_from(tasks, namespace="langnghe")
    return made


# Slices declare their tasks on this blueprint: `@tasks.task(name="conversations.turn")`.
tasks = procrastinate.Blueprint()


@lru_cache(maxsize=1)
def _deferring() -> procrastinate.App:
    """A twin with a lazy synchronous connector: only used to write jobs through a caller's connection."""
    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=_conninfo()))


def enqueue(
    session: Session,
    task: str,
    *,
    lock: str | None = None,
    once: str | None = None,
    at: datetime | None = None,
    priority: int = 0,
    **arguments: Any,
) -> None:
    """Enqueue `task` (its name without namespace) with JSON-able `arguments` in the session's transaction.

    `lock`: jobs of the same lock run one after the other, in order. `once`: silently nothing if a job with this key
    still waits. `at`: not before that moment. Higher `priority` first.
    """
    session.flush()
    connection = session.connection().connection.driver_connection
    deferrer = _deferring().configure_task(
        f"langnghe:{task}", lock=lock, queueing_lock=once, schedule_at=at, priority=priority, connection=connection
    )
    if once is None:
        deferrer.defer(**arguments)
        return
    _defer_once(session, deferrer, arguments)


def _defer_once(session: Session, deferrer: Any, arguments: dict[str, Any]) -> None:
    # A unique violation would poison the caller's transaction, so it happens inside a savepoint: of the connection,
    # since the session's own would be set only when the session next speaks itself.
    savepoint = session.connection().begin_nested()
    try:
        deferrer.defer(**arguments)
    except procrastinate.exceptions.AlreadyEnqueued:
        savepoint.rollback()
    else:
        savepoint.commit()
