"""Periods, what they are compared with, trends, buckets, and working time as a table."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.deadlines.rules import WorkCalendar, add_working_minutes, working_minutes_between
from api.metrics.rules import BadPeriod, Fact, Facts, Period, Span, before, buckets, figures, period, trend
from api.metrics.schemas import protected
from api.metrics.worktime import WorkTime

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 09:00 there
CALENDAR = WorkCalendar(ZONE, ((time(7, 30), time(11, 30)), (time(13), time(17))), overrides={date(2026, 11, 25): False})
WORK = WorkTime(CALENDAR, date(2026, 9, 1), date(2027, 3, 31))
MOMENTS = st.integers(0, 110 * 86_400_000_000).map(
    lambda later: datetime(2026, 9, 2, tzinfo=UTC) + timedelta(microseconds=later)
)


def days(over: Period) -> tuple[str, str]:
    first, last = over.days(ZONE)
    return f"{first:%d/%m/%y}", f"{last:%d/%m/%y}"


@pytest.mark.parametrize(
    ("span", "now_days", "earlier_days"),
    [
        ("week", ("23/11/26", "23/11/26"), ("16/11/26", "16/11/26")),
        ("month", ("01/11/26", "23/11/26"), ("01/10/26", "23/10/26")),
        ("days30", ("25/10/26", "23/11/26"), ("25/09/26", "24/10/26")),
        ("quarter", ("01/10/26", "23/11/26"), ("01/07/26", "23/08/26")),
        ("year", ("01/01/26", "23/11/26"), ("01/01/25", "23/11/25")),
        ("months12", ("24/11/25", "23/11/26"), ("24/11/24", "23/11/25")),
    ],
)
def test_a_running_period_is_compared_with_the_same_part_of_the_one_before(
    span: str, now_days: tuple[str, str], earlier_days: tuple[str, str]
) -> None:
    current = period(span, NOW, ZONE)
    assert current.end == NOW
    assert days(current) == now_days
    earlier = before(current, ZONE)
    assert days(earlier) == earlier_days
    assert earlier.end <= current.start
    assert earlier.end - earlier.start == current.end - current.start or span == "months12"


def test_a_month_longer_than_the_one_before_is_compared_with_all_of_that() -> None:
    current = period("month", datetime(2026, 3, 31, 10, tzinfo=UTC), ZONE)
    assert days(before(current, ZONE)) == ("01/02/26", "28/02/26")


def test_a_custom_period_has_whole_days_and_is_compared_with_as_many_before() -> None:
    chosen = period("custom", NOW, ZONE, date(2026, 11, 2), date(2026, 11, 8))
    assert (chosen.start, chosen.end) == (datetime(2026, 11, 1, 17, tzinfo=UTC), datetime(2026, 11, 8, 17, tzinfo=UTC))
    assert days(before(chosen, ZONE)) == ("26/10/26", "01/11/26")


def test_a_custom_period_that_runs_ends_now() -> None:
    assert period("custom", NOW, ZONE, date(2026, 11, 20), date(2027, 1, 1)).end == NOW


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (None, date(2026, 1, 1)),
        (date(2026, 1, 2), date(2026, 1, 1)),
        (date(2026, 12, 1), date(2026, 12, 2)),
        (date(2001, 1, 1), date(2026, 1, 1)),
        (date(1, 1, 1), date(2, 1, 1)),
    ],
)
def test_a_period_that_cannot_be_is_refused(first: date | None, last: date | None) -> None:
    with pytest.raises(BadPeriod):
        period("custom", NOW, ZONE, first, last)


def test_an_unknown_period_is_refused() -> None:
    with pytest.raises(BadPeriod):
        period("fortnight", NOW, ZONE)


@given(MOMENTS, MOMENTS)
def test_the_table_counts_as_the_walk_of_days_does(a: datetime, b: datetime) -> None:
    assert WORK.minutes_between(a, b) == working_minutes_between(CALENDAR, a, b)


@given(MOMENTS, st.integers(0, 20_000))
def test_the_table_adds_as_the_walk_of_days_does(start: datetime, minutes: int) -> None:
    assert WORK.add(start, minutes) == add_working_minutes(CALENDAR, start, minutes)


@given(MOMENTS, st.integers(1, 9000))
def test_adding_and_taking_away_meet_again(start: datetime, minutes: int) -> None:
    there = WORK.add(start, minutes)
    assert WORK.worked(WORK.add(there, -minutes)) == WORK.worked(start)


def test_outside_the_table_is_an_error_not_a_guess() -> None:
    with pytest.raises(ValueError, match="outside"):
        WORK.add(NOW, 1_000_000)


def test_trends() -> None:
    up = trend(120, 100, True)
    assert up is not None
    assert (up.change, up.relative, up.good) == (20, 0.2, True)
    late = trend(3, 0, False)
    assert late is not None
    assert (late.relative, late.good) == (None, False)
    same = trend(5, 5, True)
    assert same is not None
    assert same.good is None
    assert trend(None, 5, True) is None
    assert trend(5, None, True) is None


def fact(day: int, ticket: int = 0, due: int | None = None, score: int | None = None) -> Fact:
    at = datetime(2026, 11, day, 3, tzinfo=UTC)
    due_at = datetime(2026, 11, due, 3, tzinfo=UTC) if due else None
    return Fact(uuid.UUID(int=ticket), "chieu_sang", "street_light", "10525", "web", at, None, due_at, score)


def test_nothing_gives_no_shares_and_no_zero_division() -> None:
    empty = figures(Facts())
    assert (empty.received, empty.solved, empty.overdue, empty.late, empty.ratings) == (0, 0, 0, 0, 0)
    shares = (empty.on_time, empty.first_answer, empty.solution, empty.stars, empty.satisfied, empty.response, empty.reopened)
    assert set(shares) == {None}


def test_a_ticket_solved_twice_in_the_period_counts_once_with_its_last_solution() -> None:
    twice = Facts(solved=[fact(3, due=4), fact(10, due=5)])
    made = figures(twice)
    assert (made.solved, made.late, made.on_time) == (1, 1, 0.0)


def test_stars_of_four_and_five_are_satisfied() -> None:
    made = figures(Facts(rated=[fact(3, score=s) for s in (5, 4, 3, 2)]))
    assert (made.stars, made.satisfied, made.ratings) == (3.5, 0.5, 4)


def test_short_periods_go_by_day_and_long_ones_by_week_without_gaps() -> None:
    facts = Facts(opened=[fact(3), fact(3, 1), fact(9)], solved=[fact(9, due=8)])
    month = Period(Span.CUSTOM, datetime(2026, 10, 31, 17, tzinfo=UTC), datetime(2026, 11, 10, 17, tzinfo=UTC))
    unit, by_day = buckets(facts, month, ZONE)
    assert unit == "day"
    assert [(b.first.day, b.received, b.solved, b.late) for b in by_day if b.received] == [(3, 2, 0, 0), (9, 1, 1, 1)]
    assert len(by_day) == 10
    quarter = Period(Span.CUSTOM, month.start, month.start + timedelta(days=60))
    unit, by_week = buckets(facts, quarter, ZONE)
    assert unit == "week"
    assert {b.first.weekday() for b in by_week} == {0}
    assert [(b.first, b.received) for b in by_week if b.received] == [(date(2026, 11, 2), 2), (date(2026, 11, 9), 1)]
    assert len(by_week) == 10


def test_a_single_withheld_count_takes_another_with_it() -> None:
    assert protected([10, 2, 5, 0]) == [10, None, None, 0]
    assert protected([10, 2, 1]) == [10, None, None]
    assert protected([10, 5]) == [10, 5]
    assert protected([2]) == [None]
