"""Bring the database to today's tables and load the locality pack. Safe to run at every start."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import api.deadlines.pack
import api.departments.pack
import api.knowledge.pack
import api.places.pack
import api.routing.pack
from api.core import db
from api.core.db import transaction
from api.core.settings import ROOT

# in the order of their foreign keys
PACKS = (
    api.places.pack.load,
    api.departments.pack.load,
    api.routing.pack.load,
    api.deadlines.pack.load,
    api.knowledge.pack.load,
)


_CONFIG = Config(ROOT / "alembic.ini")


def up_to_date() -> bool:
    """Whether the tables are those that this version of the product expects."""
    with db.engine().connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(_CONFIG).get_current_head()


def migrate() -> None:
    if not up_to_date():  # to say so alembic would load every table first, at every start
        command.upgrade(_CONFIG, "head")
    with transaction() as session:
        for load in PACKS:
            load(session)
