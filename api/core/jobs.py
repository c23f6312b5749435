"""The queue. A job is enqueued inside the caller's own transaction: nothing runs before commit, a rollback leaves nothing."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import procrastinate
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.core.settings import conninfo

NAMESPACE = "langnghe"


@lru_cache(maxsize=1)
def app() -> procrastinate.App:
    """The procrastinate app of this process. Tasks are declared on `tasks` and added by `api.worker`."""
    connector = procrastinate.PsycopgConnector(conninfo=conninfo(), min_size=1, max_size=8)
    made = procrastinate.App(connector=connector)
    made.add_tasks_from(tasks, namespace=NAMESPACE)
    return made


# Slices declare their tasks on this blueprint: `@tasks.task(name="conversations.turn")`.
tasks = procrastinate.Blueprint()


@dataclass(frozen=True)
class Job:
    """One job to enqueue: `task` (its name without namespace) with JSON-able `arguments`.

    `lock`: jobs of the same lock run one after the other, in order. `once`: silently nothing if a job with this key
    still waits. `at`: not before that moment. Higher `priority` first.
    """

    task: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    lock: str | None = None
    once: str | None = None
    at: datetime | None = None
    priority: int = 0


# What procrastinate's own function writes, for many jobs at a time, and with a conflict that costs no savepoint. Its triggers
# wake the workers as ever; tests/core/test_jobs.py compares the rows.
_INSERT = text(
    """
    insert into procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
    select 'default', task, priority, lock, once, arguments, at
    from jsonb_to_recordset(cast(:jobs as jsonb))
      as job(number int, task text, priority int, lock text, once text, arguments jsonb, at timestamptz)
    order by number
    on conflict (queueing_lock) where status = 'todo' do nothing
    """
)


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
    """Enqueue one job in the session's transaction; the options are those of `Job`."""
    enqueue_all(session, [Job(task, arguments, lock, once, at, priority)])


def enqueue_all(session: Session, jobs: Iterable[Job]) -> None:
    """Enqueue jobs, in this order, in the session's transaction."""
    rows = [
        {
            "number": number,
            "task": f"{NAMESPACE}:{job.task}",
            "priority": job.priority,
            "lock": job.lock,
            "once": job.once,
            "arguments": dict(job.arguments),
            "at": job.at.isoformat() if job.at else None,
        }
        for number, job in enumerate(jobs)
    ]
    if rows:
        session.execute(_INSERT, {"jobs": json.dumps(rows)})
