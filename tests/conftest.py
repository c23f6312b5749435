"""Shared by every platform test: one embedded PostgreSQL and one migrated database for each worker of the run.

`db` gives a session whose commits are real only to itself (savepoint mode): the quick way for service tests.
`database` gives the address of a migrated database with the locality pack loaded, for tests that start processes.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from api.cli.migrate import migrate
from api.core import db as core_db
from api.core import jobs, postgres
from api.core.clock import FixedClock
from api.core.settings import get_settings

# Monday 23 November 2026, 09:00 in Hải Dương
MONDAY_MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A developer's machine without Chromium skips the browser's walks; in CI their absence is a failure."""
    if shutil.which("chromium") or os.environ.get("CI") == "true":
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium here: apt-get install chromium"))


@pytest.fixture(scope="session")
def _server() -> Iterator[Any]:
    # PostgreSQL's socket path may not be longer than about 100 characters, pytest's own folders are
    with tempfile.TemporaryDirectory(prefix="ln", dir="/tmp", ignore_cleanup_errors=True) as folder:
        server, _ = postgres.start(Path(folder))
        yield server
        server.stop()


def _use(uri: str) -> None:
    """Point every part of this process at `uri`."""
    os.environ["LANGNGHE_DATABASE_URL"] = uri
    for cached in (get_settings, core_db.engine, core_db._factory, jobs.app):
        cached.cache_clear()


@pytest.fixture(scope="session")
def database(_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a migrated database with the locality pack loaded."""
    os.environ["LANGNGHE_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))
    postgres.create_database(_server.get_uri(), "test")
    _use(_server.get_uri("test"))
    migrate()
    yield _server.get_uri("test")
    core_db.engine().dispose()


@pytest.fixture(scope="session")
def engine(database: str) -> Engine:
    return core_db.engine()


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    """A session inside a transaction that is rolled back: `commit()` in the code under test only ends a savepoint."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY_MORNING)


@pytest.fixture
def now(clock: FixedClock) -> datetime:
    return clock.now()


@pytest.fixture(scope="session")
def _empty_tables(engine: Engine) -> list[str]:
    """The tables that the locality pack leaves empty."""
    with engine.connect() as connection:
        tables = connection.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
        return [t for t in tables if not connection.scalar(text(f"select exists (select from {t})"))]


@pytest.fixture
def committed(database: str, engine: Engine, _empty_tables: list[str]) -> Iterator[str]:
    """For tests whose code commits for itself: the address of the database; what they leave is removed afterwards."""
    yield database
    with engine.begin() as connection:
        connection.execute(text(f"truncate {', '.join(_empty_tables)}"))
