"""What the last start that had something to do left in the database."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base


class LoadedPack(Base):
    """The locality pack as it was loaded: by which code and data, onto which tables."""

    __tablename__ = "loaded_pack"
    locality: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]  # of the code and data, hexadecimal (api.cli.freshness)
    revision: Mapped[str]  # of the tables, alembic's
    loaded_at: Mapped[datetime]
