"""The database: one engine a process, one session a request or job, committed at the edge.

Services flush and never commit. Relationships are declared `lazy="raise"`: a forgotten eager load fails in a test.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Engine, MetaData, create_engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from api.core.settings import get_settings

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB, list[str]: JSONB, list[Any]: JSONB}  # noqa: RUF012


def sqlalchemy_url(url: str) -> str:
    """`postgresql://…` as SQLAlchemy wants it for psycopg 3."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def make_engine(url: str) -> Engine:
    # hide_parameters: an error's text must not carry what a citizen wrote into a log
    return create_engine(sqlalchemy_url(url), pool_size=10, max_overflow=20, pool_pre_ping=True, hide_parameters=True)


@lru_cache(maxsize=1)
def engine() -> Engine:
    url = get_settings().database_url
    if not url:
        raise RuntimeError("LANGNGHE_DATABASE_URL is not set: start through `langnghe up`, or name a PostgreSQL server")
    return make_engine(url)


@lru_cache(maxsize=1)
def _factory() -> sessionmaker[Session]:
    return sessionmaker(engine(), expire_on_commit=False)


def new_session() -> Session:
    return _factory()()


@contextmanager
def transaction() -> Iterator[Session]:
    """A session that commits at the end, rolls back on any error: the edge for jobs and commands."""
    with new_session() as session, session.begin():
        yield session


def session_dependency() -> Iterator[Session]:
    """FastAPI dependency, used through `api.core.web.DB`: one request, one transaction; an error rolls back."""
    with new_session() as session:
        yield session
        session.commit()


def notify(session: Session, channel: str, payload: str) -> None:
    """Tell listeners (`api.core.live`) on commit that something changed. `payload` is short: an id, never a text."""
    session.execute(text("select pg_notify(:channel, :payload)"), {"channel": channel, "payload": payload})
