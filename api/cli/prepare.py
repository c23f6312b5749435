"""The database work of a start: tables, locality pack, accounts, and the demo where one is asked for."""

import sys

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.channels.accounts import disconnect_twins
from api.cli import accounts
from api.cli.freshness import fingerprint
from api.cli.migrate import migrate
from api.cli.trouble import NO_DATABASE
from api.core import logs
from api.core.clock import Clock, SystemClock
from api.core.db import transaction
from api.core.settings import get_settings
from api.localities.models import LoadedPack


def prepare(*, fake_channels: bool, with_demo: bool, clock: Clock | None = None) -> None:
    """Whatever was there before. Ends the process with a sentence if the database does not answer."""
    logs.set_up()
    done = fingerprint(fake_channels=fake_channels)  # before: what changes meanwhile is the next start's
    try:
        migrate()
    except OperationalError:
        sys.exit(NO_DATABASE)
    with transaction() as session:
        accounts.make_cast(session)
        if not fake_channels:
            disconnect_twins(session)
        _remember(session, done, clock or SystemClock())
    if with_demo:
        from api.cli import demo  # here: it brings half of the product along

        print(demo.load())


def _remember(session: Session, done: str, clock: Clock) -> None:
    revision = session.scalar(text("select version_num from alembic_version"))
    session.merge(LoadedPack(locality=get_settings().locality, fingerprint=done, revision=revision, loaded_at=clock.now()))
