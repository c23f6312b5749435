"""The figures of a period beside those of the one before, and what they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.settings import get_settings
from api.deadlines.service import calendar
from api.metrics.queries import facts
from api.metrics.rules import Bucket, Facts, Figures, Period, before, buckets, figures
from api.metrics.scope import Scope
from api.metrics.worktime import WorkTime
from api.tickets.models import Ticket

DIMENSIONS = ("department", "category", "unit", "channel")


@dataclass(frozen=True)
class Overview:
    """`earlier` is None where the period before has nothing at all: then there is no trend, not one from zero."""

    period: Period
    previous: Period
    figures: Figures
    earlier: Figures | None


@dataclass(frozen=True)
class Row:
    """One department, category, unit (None: place unknown) or channel."""

    key: str | None
    figures: Figures


@dataclass(frozen=True)
class Report:
    """The overview and its breakdowns. `bucket`: whether `when` lists days or weeks."""

    overview: Overview
    by: Mapping[str, list[Row]]
    bucket: str
    when: list[Bucket]

    @property
    def empty(self) -> bool:
        return not any(rows for rows in self.by.values())


def report(session: Session, period: Period, scope: Scope, now: datetime) -> Report:
    """Everything that the dashboard shows, from one reading of the facts."""
    work = _work_time(session, now)
    seen = facts(session, period, scope, now, work)
    unit, when = buckets(seen, period, get_settings().zone)
    return Report(_overview(session, period, scope, now, seen, work), breakdowns(seen), unit, when)


def overview(session: Session, period: Period, scope: Scope, now: datetime) -> Overview:
    """The figures alone."""
    work = _work_time(session, now)
    return _overview(session, period, scope, now, facts(session, period, scope, now, work), work)


def _overview(session: Session, period: Period, scope: Scope, now: datetime, seen: Facts, work: WorkTime) -> Overview:
    previous = before(period, get_settings().zone)
    earlier = figures(facts(session, previous, scope, now, work))
    nothing = not (earlier.received or earlier.solved)
    return Overview(period, previous, figures(seen), None if nothing else earlier)


def breakdowns(seen: Facts) -> dict[str, list[Row]]:
    """By department (most overdue first), category, unit and channel (most received first)."""
    return {name: _rows(seen, name) for name in DIMENSIONS}


def _rows(seen: Facts, name: str) -> list[Row]:
    rows = [Row(key, figures(part)) for key, part in seen.by(name).items()]
    rows.sort(key=lambda row: (-row.figures.received, -row.figures.solved, row.key or "~"))
    if name == "department":
        rows.sort(key=lambda row: -row.figures.overdue)
    return rows


def _work_time(session: Session, now: datetime) -> WorkTime:
    """A table from the first ticket to today."""
    zone = get_settings().zone
    first = session.scalar(select(func.min(Ticket.opened_at))) or now
    return WorkTime(calendar(session), first.astimezone(zone).date(), now.astimezone(zone).date())
