"""Tens of thousands of rows at once: COPY inside the session's own transaction."""

from collections.abc import Sequence
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from api.core.db import Base


def copy_in(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Write `rows`, all with the same keys; columns that they do not name must have a default in the database or be empty."""
    if not rows:
        return
    session.flush()
    columns = list(rows[0])
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table.__tablename__), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_value(row[column]) for column in columns])


def _value(value: Any) -> Any:
    if isinstance(value, dict | list):
        return Jsonb(value)
    return str(value) if isinstance(value, str) else value  # a code of an Enum as its text
