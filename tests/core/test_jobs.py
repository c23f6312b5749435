"""What we write into the queue is what procrastinate itself would write."""

from datetime import UTC, datetime
from typing import Any

import procrastinate
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.core import jobs
from api.core.settings import get_settings

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
COLUMNS = "queue_name, task_name, priority, lock, queueing_lock, args, status::text, scheduled_at, attempts, abort_requested"
CASES: list[dict[str, Any]] = [
    {},
    {"lock": "a", "once": "b", "priority": 7, "at": AT},
    {"once": "c", "conversation_id": "é 'x' %s", "event_id": 5},
]


def rows(db: Session) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.execute(text(f"select {COLUMNS} from procrastinate_jobs order by id"))]


@pytest.mark.parametrize("case", CASES)
def test_a_row_is_as_procrastinates_own(db: Session, case: dict[str, Any]) -> None:
    jobs.enqueue(db, "conversations.turn", **case)
    ours = rows(db)
    db.execute(text("delete from procrastinate_jobs"))
    options = {"lock": case.get("lock"), "queueing_lock": case.get("once"), "schedule_at": case.get("at")}
    arguments = {key: value for key, value in case.items() if key not in {"lock", "once", "priority", "at"}}
    connection = db.connection().connection.driver_connection
    app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=get_settings().database_url))
    task = app.configure_task("langnghe:conversations.turn", priority=case.get("priority", 0), connection=connection, **options)
    task.defer(**arguments)
    assert rows(db) == ours
    events = db.scalars(text("select type::text from procrastinate_events"))
    assert events.all()


def test_once_means_once_while_it_waits_and_poisons_nothing(db: Session) -> None:
    two = [jobs.Job("x", {"n": 1}, once="k"), jobs.Job("x", {"n": 2}, once="k"), jobs.Job("x", {"n": 3})]
    jobs.enqueue_all(db, two)
    jobs.enqueue(db, "x", once="k", n=4)
    assert [row[5]["n"] for row in rows(db)] == [1, 3]
    db.execute(text("update procrastinate_jobs set status = 'doing'"))
    jobs.enqueue(db, "x", once="k", n=5)
    assert [row[5]["n"] for row in rows(db)] == [1, 3, 5]
