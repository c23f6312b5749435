"""The planner alone: which way is taken at which hour, for how much, and why a message is held."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.channels.zalo_oa.windows import Facts, Plan, Reason, Tariff, Way, plan
from api.localities.pack import read

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TARIFF = Tariff.of(read("zalo_oa.yml", "hai_duong"), {"zns_template": "301", "month_budget": 1000})
JUST = Facts(NOON, NOON - HOUR, free_used=0, spent=0)
SILENT = replace(JUST, last_interaction=NOON - 8 * DAY)
HELD = Plan(Way.HELD, reason=Reason.WINDOW)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (JUST, Plan(Way.FREE)),
        (replace(JUST, free_used=7), Plan(Way.FREE)),
        (replace(JUST, free_used=8), Plan(Way.PAID, 55)),
        (replace(JUST, last_interaction=NOON - 48 * HOUR + timedelta(seconds=1)), Plan(Way.FREE)),
        (replace(JUST, last_interaction=NOON - 48 * HOUR), Plan(Way.PAID, 55)),
        (replace(JUST, last_interaction=NOON - 7 * DAY + timedelta(seconds=1)), Plan(Way.PAID, 55)),
        (replace(JUST, last_interaction=NOON - 7 * DAY), HELD),
        (replace(JUST, last_interaction=None), HELD),
        (replace(JUST, shut=True), HELD),
        (replace(JUST, blocked=True), Plan(Way.HELD, reason=Reason.BLOCKED)),
        (replace(JUST, blocked=True, other_channel=True), Plan(Way.OTHER)),
        (replace(SILENT, reachable_by_phone=True), Plan(Way.ZNS, 200)),
        (replace(SILENT, reachable_by_phone=True, other_channel=True), Plan(Way.ZNS, 200)),
        (replace(SILENT, other_channel=True), Plan(Way.OTHER)),
        (replace(SILENT, reachable_by_phone=True, spent=800), Plan(Way.ZNS, 200)),
        (replace(SILENT, reachable_by_phone=True, spent=801), Plan(Way.HELD, reason=Reason.BUDGET)),
        (replace(SILENT, reachable_by_phone=True, other_channel=True, spent=801), Plan(Way.OTHER)),
        (replace(SILENT, reachable_by_phone=True, now=NOON + 10 * HOUR), Plan(Way.HELD, reason=Reason.HOURS)),
        (replace(SILENT, reachable_by_phone=True, now=NOON - 6 * HOUR), Plan(Way.ZNS, 200)),
        (replace(SILENT, reachable_by_phone=True, other_channel=True, notice=False), HELD),
        (replace(JUST, free_used=8, spent=946), Plan(Way.HELD, reason=Reason.BUDGET)),
    ],
)
def test_the_way(facts: Facts, expected: Plan) -> None:
    assert plan(facts, TARIFF) == expected


def test_without_an_approved_template_no_notice_goes_by_phone() -> None:
    assert plan(replace(SILENT, reachable_by_phone=True), replace(TARIFF, zns_template=None)) == HELD


def test_a_town_may_prefer_the_citizens_other_channel() -> None:
    cheap = replace(TARIFF, order=(Way.FREE, Way.OTHER, Way.PAID, Way.ZNS))
    facts = replace(SILENT, reachable_by_phone=True, other_channel=True)
    assert plan(facts, cheap) == Plan(Way.OTHER)


@given(
    silent=st.integers(0, 20 * 24 * 60),
    used=st.integers(0, 12),
    spent=st.integers(0, 1200),
    flags=st.tuples(*[st.booleans()] * 5),
)
def test_it_never_spends_more_than_it_may_and_never_speaks_into_a_closed_window(
    silent: int, used: int, spent: int, flags: tuple[bool, ...]
) -> None:
    notice, shut, blocked, phone, other = flags
    gap = timedelta(minutes=silent)
    made = plan(Facts(NOON, NOON - gap, used, spent, notice, shut, blocked, phone, other), TARIFF)
    assert made.cost == 0 or spent + made.cost <= TARIFF.budget
    if made.way == Way.FREE:
        assert gap < 48 * HOUR
        assert used < 8
        assert not shut
    if made.way in {Way.FREE, Way.PAID}:
        assert gap < 7 * DAY
        assert not blocked
    assert (made.reason is not None) == (made.way == Way.HELD)
    if other and notice:
        assert made.way != Way.HELD
