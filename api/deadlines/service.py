"""Which clock runs for a ticket, and when it is due."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.settings import get_settings
from api.deadlines.models import CalendarOverride, DeadlineRule
from api.deadlines.rules import WorkCalendar, add_working_minutes, rule_for
from api.localities.pack import pack


@dataclass(frozen=True)
class Due:
    """The two moments (UTC) of a ticket's clock and the rule that set them."""

    rule: DeadlineRule
    first_response_at: datetime
    resolution_at: datetime


def calendar(session: Session) -> WorkCalendar:
    """The office calendar: the pack's hours, the national days, and the days decided by staff."""
    hours = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in pack()["office_hours"])
    overrides = {row.day: row.working for row in session.scalars(select(CalendarOverride))}
    return WorkCalendar(get_settings().zone, hours, frozenset(pack()["working_weekdays"]), overrides)


def applicable_rule(session: Session, message_type: str, category: str, priority: str, on: date) -> DeadlineRule:
    rules = session.scalars(select(DeadlineRule)).all()
    found = rule_for(rules, message_type, category, priority, on)
    if found is None:
        raise RuntimeError(f"no deadline rule is in force for {message_type}/{category}/{priority} on {on}")
    return found


def due_dates(session: Session, message_type: str, category: str, priority: str, opened_at: datetime) -> Due:
    """The clock of something opened at `opened_at`, by the rule in force on that day."""
    work = calendar(session)
    rule = applicable_rule(session, message_type, category, priority, opened_at.astimezone(work.zone).date())
    return Due(
        rule,
        add_working_minutes(work, opened_at, rule.first_response_minutes),
        add_working_minutes(work, opened_at, rule.resolution_minutes),
    )
