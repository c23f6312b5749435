"""Shared by every platform test: one embedded PostgreSQL for the run, a fresh database for each worker, a rollback or truncate after each test.

`db` gives a session whose commits are real only to itself (savepoint mode): the quick way for service tests.
`database` gives the address of a migrated database with the locality pack loaded, for tests that start processes.
"""

import os
import tempfile
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.core import db as core_db
from api.core import postgres
from api.core.clock import FixedClock
from api.core.settings import get_settings

# Monday 23 November 2026, 09:00 in Hải Dương
MONDAY_MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    # PostgreSQL's socket path may not be longer than about 100 characters, pytest's own folders are
    folder = Path(tempfile.mkdtemp(prefix="ln", dir="/tmp"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server, _ = postgres.start(folder)
    yield server.get_uri()
    server.stop()


def _migrated(admin_uri: str, name: str) -> str:
    from api.cli.migrate import migrate

    postgres.create_database(admin_uri, name)
    uri = admin_uri.replace("/postgres?", f"/{name}?") if "/postgres?" in admin_uri else admin_uri + name
    os.environ["LANGNGHE_DATABASE_URL"] = uri
    get_settings.cache_clear()
    core_db.engine.cache_clear()
    core_db._factory.cache_clear()
    migrate()
    return uri


@pytest.fixture(scope="session")
def database(_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a migrated database with the locality pack loaded."""
    os.environ["LANGNGHE_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))
    return _migrated(_server, "test")


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
