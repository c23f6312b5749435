"""Which department owns which category in which place. Rows, never code."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base


class Route(Base):
    """`category` × `unit_code` → department. An empty unit means everywhere; the narrower row wins.

    `to_commune`: the office of the commune where it happened owns it (department_code is then empty).
    """

    __tablename__ = "route"
    __table_args__ = (UniqueConstraint("category", "unit_code", postgresql_nulls_not_distinct=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[str]
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("place_unit.code"))
    department_code: Mapped[str | None] = mapped_column(ForeignKey("department.code"))
    to_commune: Mapped[bool] = mapped_column(default=False)
