"""A database for a short command: the one named in the settings, else the embedded one, joined or started for so long."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from api.cli import ground
from api.cli.trouble import NO_DATABASE, Trouble
from api.core.settings import get_settings


@contextmanager
def available(*, migrated: bool = True) -> Iterator[None]:
    """Inside, `api.core.db` works. A server that `langnghe up` runs is joined and left running.

    Raises Trouble if it does not answer, or if its tables are not those of today's product (unless the caller is about to
    bring them there).
    """
    with _served():
        _check(migrated)
        yield


def _check(migrated: bool) -> None:
    from api.cli.migrate import up_to_date

    try:
        fine = up_to_date()
    except OperationalError as error:
        raise Trouble(NO_DATABASE) from error
    if migrated and not fine:
        raise Trouble("Cơ sở dữ liệu chưa được dựng hoặc còn ở phiên bản cũ. Hãy chạy `langnghe migrate` trước.")


@contextmanager
def _served() -> Iterator[None]:
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
