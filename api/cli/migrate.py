"""Bring the database to today's tables and load the locality pack. Safe to run at every start."""

from alembic import command
from alembic.config import Config

import api.deadlines.pack
import api.departments.pack
import api.knowledge.pack
import api.places.pack
import api.routing.pack
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


def migrate() -> None:
    command.upgrade(Config(ROOT / "alembic.ini"), "head")
    with transaction() as session:
        for load in PACKS:
            load(session)
