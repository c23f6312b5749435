"""Deadline rules and calendar days of the locality pack. What staff changed since stays."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.deadlines.models import CalendarOverride, DeadlineRule
from api.localities.pack import read

OPTIONAL: dict[str, Any] = {"message_type": None, "category": None, "priority": None, "valid_to": None, "verified": False}


def load(session: Session) -> None:
    rules = [OPTIONAL | entry for entry in read("deadlines.yml")]
    session.execute(insert(DeadlineRule).values(rules).on_conflict_do_nothing())
    days = read("calendar.yml")
    if days:
        session.execute(insert(CalendarOverride).values(days).on_conflict_do_nothing())
