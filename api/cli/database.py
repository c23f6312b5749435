"""A database for a short command: the one named in the settings, else the embedded one, joined or started for so long."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from api.cli import ground
from api.core.settings import get_settings


@contextmanager
def available() -> Iterator[None]:
    """Inside, `api.core.db` works. A server that `langnghe up` runs is joined and left running."""
    settings = get_settings()
    if settings.database_url:
        yield
        return
    from api.core import postgres

    ground.writable(settings.data_dir)
    with ground.lock(settings.data_dir, wanted=False) as alone:
        server, address = postgres.start(settings.data_dir)
        os.environ["LANGNGHE_DATABASE_URL"] = address
        get_settings.cache_clear()
        try:
            yield
        finally:
            if alone:
                _let_go()
                server.stop()


def _let_go() -> None:
    from api.core import db

    db.engine().dispose()
