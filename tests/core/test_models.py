"""The tables that the migrations make are the tables that the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from api.core.db import Base
from api.core.tables import load_all


def _ours(name: str | None, kind: str, parents: object) -> bool:
    # procrastinate brings its own tables
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def test_the_migrations_leave_nothing_to_migrate(engine: Engine) -> None:
    load_all()
    with engine.connect() as connection:
        options = {"include_name": _ours, "compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
