"""Alembic's entry. The address comes from the settings, the tables from every slice's models."""

from alembic import context

from api.core.db import Base, engine
from api.core.tables import load_all

load_all()


def _ours(name: str | None, kind: str, parents: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


with engine().connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, include_name=_ours, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
