"""Legal clocks as dated rules, and the days on which the calendar differs from the rule."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base


class DeadlineRule(Base):
    """How long something may take, with its legal source and the dates between which it holds (valid_to exclusive)."""

    __tablename__ = "deadline_rule"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    message_type: Mapped[str | None]  # report | suggestion | emergency; None: any
    category: Mapped[str | None]  # None: any
    priority: Mapped[str | None]  # normal | high | urgent; None: any
    first_response_minutes: Mapped[int]  # working minutes until the first answer
    resolution_minutes: Mapped[int]  # working minutes until the solution
    source: Mapped[str]  # legal text, article
    verified: Mapped[bool] = mapped_column(default=False)  # the source's number was read, not recalled
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class CalendarOverride(Base):
    """A day that is worked or free against the rule (storm, swap day decided late), decided by a person."""

    __tablename__ = "calendar_override"
    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    note: Mapped[str]
