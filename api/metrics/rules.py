"""Periods, trends and figures. Pure: facts and moments in, numbers out.

Every figure counts what happened in the period: opened in it, first answered in it, solved in it, rated in it, reopened
in it. So a past period's figures do not move, and no figure is flattered by tickets that are still young.

- A merged duplicate counts as received (a citizen wrote) and never as solved: it is answered through its main ticket.
- A ticket solved twice in one period (reopened in between) counts once, with its last solution. A rejection is no solution.
- On time: solved no later than the due moment of that solution, over all solutions.
- Times are working minutes from opening, the wait for a citizen's answer included; the middle one (median) is shown.
- Satisfaction: mean stars and the share of 4 and 5, over the ratings given; response: solved tickets rated since, over solved.
- Reopened: tickets that a citizen reopened in the period, over tickets solved in it.
- Overdue: running (not waiting for the citizen) past the due moment, at the period's end or now if that is earlier.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from api.core.errors import DomainError

SATISFIED_FROM = 4  # stars
DAILY_UP_TO = timedelta(days=32)  # longer periods are shown by week
LONGEST = timedelta(days=5 * 366)


class Span(StrEnum):
    WEEK = "week"
    MONTH = "month"
    DAYS30 = "days30"
    QUARTER = "quarter"
    YEAR = "year"
    MONTHS12 = "months12"
    CUSTOM = "custom"


class BadPeriod(DomainError):
    code = "bad_period"
    message = "Khoảng thời gian chưa đúng: ngày đầu phải trước ngày cuối và không dài quá 5 năm."


@dataclass(frozen=True)
class Period:
    """From `start` up to, not including, `end`: aware moments. `span`: how it was asked for."""

    span: Span
    start: datetime
    end: datetime

    def days(self, zone: ZoneInfo) -> tuple[date, date]:
        """First and last local day."""
        return self.start.astimezone(zone).date(), (self.end - timedelta(microseconds=1)).astimezone(zone).date()


def period(span: str, now: datetime, zone: ZoneInfo, first: date | None = None, last: date | None = None) -> Period:
    """The period asked for; a running one ends `now`. `first`, `last`: the days of a custom one, both included."""
    today = now.astimezone(zone).date()
    if span == Span.CUSTOM:
        return _custom(now, zone, first, last)
    if span not in set(Span):
        raise BadPeriod
    return Period(Span(span), _midnight(_first_day(Span(span), today), zone), now)


def _custom(now: datetime, zone: ZoneInfo, first: date | None, last: date | None) -> Period:
    if first is None or last is None or first > last or last - first > LONGEST or first.year < 2000:
        raise BadPeriod
    start = _midnight(first, zone)
    if start >= now:
        raise BadPeriod("Khoảng thời gian này chưa tới, anh/chị chọn ngày sớm hơn nhé.")
    return Period(Span.CUSTOM, start, min(_midnight(last + timedelta(days=1), zone), now))


def _first_day(span: Span, today: date) -> date:
    match span:
        case Span.WEEK:
            return today - timedelta(days=today.weekday())
        case Span.MONTH:
            return today.replace(day=1)
        case Span.QUARTER:
            return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        case Span.YEAR:
            return today.replace(month=1, day=1)
        case Span.DAYS30:
            return today - timedelta(days=29)
        case _:
            return _months_back(today, 12) + timedelta(days=1)


def before(current: Period, zone: ZoneInfo) -> Period:
    """The period to compare with, of the same length: the same part of the week, month, quarter or year before; else the
    days directly before. A month shorter than the running part of this one ends with itself."""
    first = current.start.astimezone(zone).date()
    months = {Span.MONTH: 1, Span.QUARTER: 3, Span.YEAR: 12, Span.MONTHS12: 12}.get(current.span)
    if current.span == Span.WEEK:
        earlier = first - timedelta(days=7)
    elif months:
        earlier = _months_back(first, months)
    else:
        a, b = current.days(zone)
        earlier = first - ((b - a) + timedelta(days=1))
    start = _midnight(earlier, zone)
    return Period(current.span, start, min(start + (current.end - current.start), current.start))


def _months_back(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


class Fact(NamedTuple):
    """Something that happened to one ticket at one moment, with what it is broken down by. A tuple: there are thousands.

    `minutes`: working time from its opening until then.
    """

    ticket_id: uuid.UUID
    department: str
    category: str
    unit: str | None
    channel: str
    at: datetime
    minutes: int | None = None
    due_at: datetime | None = None
    score: int | None = None
    rated: bool = False


@dataclass(frozen=True)
class Facts:
    """All that happened in one period; `overdue`: the tickets that were late at its end."""

    opened: Sequence[Fact] = field(default_factory=list)
    answered: Sequence[Fact] = field(default_factory=list)
    solved: Sequence[Fact] = field(default_factory=list)
    rated: Sequence[Fact] = field(default_factory=list)
    reopened: Sequence[Fact] = field(default_factory=list)
    overdue: Sequence[Fact] = field(default_factory=list)

    def by(self, name: str) -> "dict[str | None, Facts]":
        """The same facts in groups of equal `name` (department, category, unit or channel)."""
        groups: dict[str | None, dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
        for part in fields(self):
            for fact in getattr(self, part.name):
                groups[getattr(fact, name)][part.name].append(fact)
        return {key: Facts(**parts) for key, parts in groups.items()}


@dataclass(frozen=True)
class Figures:
    """Shares between 0 and 1, times in working minutes, None where there is nothing to divide by."""

    received: int
    solved: int
    on_time: float | None
    late: int  # solved after the due moment
    overdue: int
    first_answer: float | None
    solution: float | None
    stars: float | None
    satisfied: float | None
    ratings: int
    response: float | None
    reopened: float | None


def figures(facts: Facts) -> Figures:
    solved = last_of_each(facts.solved)
    late = sum(is_late(fact) for fact in solved)
    scores = [fact.score for fact in facts.rated if fact.score is not None]
    return Figures(
        received=len(facts.opened),
        solved=len(solved),
        on_time=share(len(solved) - late, len(solved)),
        late=late,
        overdue=len(facts.overdue),
        first_answer=_median_minutes(facts.answered),
        solution=_median_minutes(solved),
        stars=sum(scores) / len(scores) if scores else None,
        satisfied=share(sum(score >= SATISFIED_FROM for score in scores), len(scores)),
        ratings=len(scores),
        response=share(sum(fact.rated for fact in solved), len(solved)),
        reopened=share(len(last_of_each(facts.reopened)), len(solved)),
    )


def last_of_each(facts: Sequence[Fact]) -> list[Fact]:
    """One fact a ticket, the latest."""
    latest = {fact.ticket_id: fact for fact in sorted(facts, key=lambda fact: fact.at)}
    return list(latest.values())


def is_late(fact: Fact) -> bool:
    return fact.due_at is not None and fact.at > fact.due_at


def _median_minutes(facts: Sequence[Fact]) -> float | None:
    lengths = [fact.minutes for fact in facts if fact.minutes is not None]
    return median(lengths) if lengths else None


def share(part: int, whole: int) -> float | None:
    """`part` of `whole`, None of nothing.

    >>> share(1, 4), share(0, 0)
    (0.25, None)
    """
    return part / whole if whole else None


@dataclass(frozen=True)
class Trend:
    """`change`: now minus before. `relative`: the same over before, None from zero. `good`: None where neither is better."""

    change: float
    relative: float | None
    good: bool | None


def trend(now: float | None, earlier: float | None, more_is_better: bool | None) -> Trend | None:
    """How a figure moved; None if one side is unknown."""
    if now is None or earlier is None:
        return None
    change = now - earlier
    good = None if change == 0 or more_is_better is None else (change > 0) == more_is_better
    return Trend(change, change / earlier if earlier else None, good)


@dataclass(frozen=True)
class Bucket:
    """A day or a week (from Monday) of a longer period."""

    first: date
    received: int
    solved: int
    late: int


def buckets(facts: Facts, over: Period, zone: ZoneInfo) -> tuple[str, list[Bucket]]:
    """("day" or "week", every day or week of the period in order, empty ones too). Here each solution counts in its own."""
    unit = "day" if over.end - over.start <= DAILY_UP_TO else "week"
    first, last = over.days(zone)
    step = timedelta(days=1 if unit == "day" else 7)
    start = first if unit == "day" else first - timedelta(days=first.weekday())
    counts = {start + step * i: [0, 0, 0] for i in range((last - start) // step + 1)}
    for place, chosen in enumerate((facts.opened, facts.solved, [fact for fact in facts.solved if is_late(fact)])):
        for day, count in Counter(fact.at.astimezone(zone).date() for fact in chosen).items():
            counts[start + (day - start) // step * step][place] += count
    return unit, [Bucket(day, *three) for day, three in counts.items()]
