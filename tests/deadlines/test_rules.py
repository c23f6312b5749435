"""Working time to the minute, around lunch, weekends, Tết and swap days."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.deadlines.rules import WorkCalendar, add_working_minutes, rule_for, working_minutes_between

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SHIFTS = ((time(7, 30), time(11, 30)), (time(13, 0), time(17, 0)))
CALENDAR = WorkCalendar(ZONE, SHIFTS)


def at(day: int, month: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        (at(20, 11, 16, 50), 12, at(23, 11, 7, 32)),  # Friday 16:50 runs on into Monday
        (at(23, 11, 11, 0), 60, at(23, 11, 13, 30)),  # over lunch; 24/11 is free
        (at(23, 11, 12, 0), 0, at(23, 11, 13, 0)),  # nothing to wait for: the next opening
        (at(23, 11, 16, 0), 120, at(25, 11, 8, 30)),  # Ngày Văn hóa Việt Nam, 24/11, is free
        (at(21, 11, 9, 0), 30, at(23, 11, 8, 0)),  # a Saturday
        (at(13, 2, 16, 50), 20, at(23, 2, 7, 40)),  # the Friday before Tết 2026
        (at(21, 8, 16, 0), 120, at(22, 8, 8, 30)),  # Saturday 22/08/2026 is worked instead of Monday 31/08
        (at(30, 4, 9, 0), 1, at(4, 5, 7, 31)),  # 30/4 and 1/5, then a weekend
    ],
)
def test_adds_working_minutes(start: datetime, minutes: int, due: datetime) -> None:
    assert add_working_minutes(CALENDAR, start, minutes) == due


def test_a_decision_wins_over_the_calendar() -> None:
    storm = WorkCalendar(ZONE, SHIFTS, overrides={date(2026, 11, 23): False, date(2026, 11, 22): True})
    assert add_working_minutes(storm, at(23, 11, 8), 30) == at(25, 11, 8, 0)
    assert add_working_minutes(storm, at(22, 11, 8), 30) == at(22, 11, 8, 30)


def test_a_calendar_without_work_is_an_error() -> None:
    never = WorkCalendar(ZONE, SHIFTS, weekdays=frozenset(), overrides={})
    with pytest.raises(ValueError, match="no working time"):
        add_working_minutes(WorkCalendar(ZONE, (), frozenset(range(5))), at(23, 11, 8), 1)
    assert not never.is_working_day(date(2026, 11, 23))


def test_is_open_knows_lunch() -> None:
    assert CALENDAR.is_open(at(23, 11, 11, 29))
    assert not CALENDAR.is_open(at(23, 11, 11, 30))
    assert not CALENDAR.is_open(at(24, 11, 9))


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20)).map(  # noqa: DTZ001 - hypothesis wants naive bounds
    lambda d: d.replace(second=0, microsecond=0, tzinfo=UTC)
)


@given(start=moments, minutes=st.integers(0, 5000))
def test_adding_and_measuring_agree(start: datetime, minutes: int) -> None:
    due = add_working_minutes(CALENDAR, start, minutes)
    assert working_minutes_between(CALENDAR, start, due) == minutes
    assert working_minutes_between(CALENDAR, due, start) == -minutes


@given(start=moments, a=st.integers(0, 2000), b=st.integers(0, 2000))
def test_more_minutes_are_never_due_earlier(start: datetime, a: int, b: int) -> None:
    low, high = sorted((a, b))
    assert add_working_minutes(CALENDAR, start, low) <= add_working_minutes(CALENDAR, start, high)


@dataclass
class Rule:
    code: str
    message_type: str | None = None
    category: str | None = None
    priority: str | None = None
    valid_from: date = date(2020, 1, 1)
    valid_to: date | None = None


def test_the_narrowest_rule_in_force_decides() -> None:
    rules = [
        Rule("any"),
        Rule("report", message_type="report"),
        Rule("waste", category="waste"),
        Rule("urgent", priority="urgent"),
        Rule("old", message_type="report", category="waste", valid_to=date(2026, 7, 1)),
        Rule("new", message_type="report", category="waste", valid_from=date(2026, 7, 1)),
    ]

    def pick(kind: str, category: str, priority: str, on: date) -> str | None:
        found = rule_for(rules, kind, category, priority, on)
        return found.code if found else None

    assert pick("suggestion", "land", "normal", date(2026, 8, 1)) == "any"
    assert pick("report", "land", "normal", date(2026, 8, 1)) == "report"
    assert pick("report", "waste", "urgent", date(2026, 8, 1)) == "urgent"
    assert pick("report", "waste", "normal", date(2026, 6, 30)) == "old"
    assert pick("report", "waste", "normal", date(2026, 7, 1)) == "new"
    assert pick("report", "waste", "normal", date(2019, 1, 1)) is None
