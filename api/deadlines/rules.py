"""Working time and legal clocks. Pure: nothing here asks what time it is."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

import holidays

Shift = tuple[time, time]
LONGEST_SEARCH = timedelta(days=3 * 366)


@lru_cache(maxsize=16)
def national_days(year: int) -> "holidays.HolidayBase":
    """Vietnam's public holidays and swap days of one year, as the library `holidays` knows them."""
    return holidays.country_holidays("VN", years=year, language="vi")


@dataclass(frozen=True)
class WorkCalendar:
    """When offices work: shifts of a working day (local time), weekdays (0 is Monday), and days that differ by decision."""

    zone: ZoneInfo
    shifts: tuple[Shift, ...]
    weekdays: frozenset[int] = frozenset(range(5))
    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        """A decision wins over the national calendar (holidays, swap days), which wins over the weekday."""
        if day in self.overrides:
            return self.overrides[day]
        national = national_days(day.year)
        if day in national:
            return False
        return day.weekday() in self.weekdays or day in getattr(national, "weekend_workdays", set())

    def working_time(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The shifts of `day` as moments in UTC, in order; none on a free day."""
        if self.is_working_day(day):
            for start, end in self.shifts:
                yield self._moment(day, start), self._moment(day, end)

    def is_open(self, moment: datetime) -> bool:
        day = moment.astimezone(self.zone).date()
        return any(start <= moment < end for start, end in self.working_time(day))

    def minutes_a_day(self) -> int:
        return sum((b.hour - a.hour) * 60 + b.minute - a.minute for a, b in self.shifts)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def _days(calendar: WorkCalendar, start: datetime) -> Iterator[date]:
    day = start.astimezone(calendar.zone).date()
    for ahead in range(LONGEST_SEARCH.days):
        yield day + timedelta(days=ahead)


def add_working_minutes(calendar: WorkCalendar, start: datetime, minutes: int) -> datetime:
    """The moment (UTC) at which `minutes` of working time have passed since `start`. With 0: `start`, or the next opening.

    >>> # Friday 16:50, two minutes past the last ten of the week: due Monday 07:32
    """
    left = timedelta(minutes=minutes)
    for day in _days(calendar, start):
        for opens, closes in calendar.working_time(day):
            begin = max(opens, start)
            if begin >= closes:
                continue
            if left <= closes - begin:
                return begin + left
            left -= closes - begin
    raise ValueError("the calendar has no working time in three years")


def working_minutes_between(calendar: WorkCalendar, start: datetime, end: datetime) -> int:
    """Whole minutes of working time from `start` to `end`; negative if `end` lies before `start`."""
    if end < start:
        return -working_minutes_between(calendar, end, start)
    total = timedelta()
    for day in _days(calendar, start):
        if day > end.astimezone(calendar.zone).date():
            break
        for opens, closes in calendar.working_time(day):
            total += max(timedelta(), min(closes, end) - max(opens, start))
    return int(total / timedelta(minutes=1))


class RuleLike(Protocol):
    message_type: str | None
    category: str | None
    priority: str | None
    valid_from: dt.date
    valid_to: dt.date | None


R = TypeVar("R", bound=RuleLike)


def rule_for(rules: Iterable[R], message_type: str, category: str, priority: str, on: date) -> R | None:
    """The narrowest rule in force on that day: priority counts most, then category, then type; the younger wins a tie."""
    asked = {"priority": priority, "category": category, "message_type": message_type}
    fitting = [
        rule
        for rule in rules
        if rule.valid_from <= on
        and (rule.valid_to is None or on < rule.valid_to)
        and all(getattr(rule, name) in (None, value) for name, value in asked.items())
    ]
    weight = {"priority": 4, "category": 2, "message_type": 1}
    return max(
        fitting,
        key=lambda r: (sum(w for name, w in weight.items() if getattr(r, name) is not None), r.valid_from),
        default=None,
    )
