"""A database of its own for a measurement, with this process's settings pointed at it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from api.cli.migrate import migrate
from api.core import db, jobs, postgres
from api.core.settings import get_settings


@contextmanager
def own_database() -> Iterator[str]:
    """Address of a fresh embedded PostgreSQL with our tables, as long as the block runs."""
    with TemporaryDirectory(prefix="ln-bench", dir="/tmp", ignore_cleanup_errors=True) as folder:
        server, uri = postgres.start(Path(folder))
        os.environ |= {"LANGNGHE_DATA_DIR": folder, "LANGNGHE_DATABASE_URL": uri, "LANGNGHE_PUBLIC_URL": ""}
        for cached in (get_settings, db.engine, db._factory, jobs.app):
            cached.cache_clear()
        try:
            migrate()
            yield uri
            db.engine().dispose()
        finally:
            server.stop()
