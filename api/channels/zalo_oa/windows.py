"""Which way a message to a citizen of the Official Account takes: pure, by time, count, money and permission."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Way(StrEnum):
    FREE = "free"  # a consultation message within the hours after the citizen wrote
    PAID = "paid"  # a consultation message within the days after that
    ZNS = "zns"  # a notice to the phone number, from an approved template
    OTHER = "other"  # another channel of the same citizen
    HELD = "held"  # kept until the citizen writes again


class Reason(StrEnum):
    """Why a message is held."""

    WINDOW = "window"  # the citizen has been silent too long, and there is no other way
    BUDGET = "budget"  # it would cost more than the month still has
    HOURS = "hours"  # the notice must wait for daytime
    BLOCKED = "blocked"  # the citizen does not want to hear from the account


@dataclass(frozen=True)
class Tariff:
    """The platform's rules and the town's purse; prices and budget in đồng."""

    free_for: timedelta
    free_replies: int
    paid_for: timedelta
    paid_price: int
    zns_price: int
    order: tuple[Way, ...]
    budget: int
    zns_template: str | None
    zns_hours: tuple[int, int]

    @classmethod
    def of(cls, data: Mapping[str, Any], settings: Mapping[str, Any]) -> "Tariff":
        """From the pack's zalo_oa.yml and an account's own settings."""
        windows, prices, zns = data["windows"], data["prices"], data["zns"]
        template = settings.get("zns_template") or zns["template"]
        return cls(
            free_for=timedelta(hours=windows["free_hours"]),
            free_replies=windows["free_replies"],
            paid_for=timedelta(days=windows["paid_days"]),
            paid_price=prices["paid"],
            zns_price=prices["zns"],
            order=tuple(Way(way) for way in data["order"]),
            budget=int(settings.get("month_budget", data["month_budget"])),
            zns_template=str(template) if template else None,
            zns_hours=(zns["hours"][0], zns["hours"][1]),
        )


@dataclass(frozen=True)
class Facts:
    """What is known when one message is about to leave. `now` in local time; `spent` in đồng this month."""

    now: datetime
    last_interaction: datetime | None
    free_used: int
    spent: int
    notice: bool = True  # not a mere answer of the bot
    shut: bool = False  # the platform itself said that the window is closed
    blocked: bool = False
    reachable_by_phone: bool = False  # number, consent, and a notice that fits the template
    other_channel: bool = False


@dataclass(frozen=True)
class Plan:
    """`cost` in đồng; `reason` only of what is held."""

    way: Way
    cost: int = 0
    reason: Reason | None = None


def plan(facts: Facts, tariff: Tariff) -> Plan:
    """The first way in the tariff's order that is open and can be paid.

    >>> from zoneinfo import ZoneInfo
    >>> noon = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    >>> day, order = timedelta(days=1), (Way.FREE, Way.PAID)
    >>> tariff = Tariff(2 * day, 8, 7 * day, 55, 200, order, 1000, None, (6, 22))
    >>> plan(Facts(noon, noon - 3 * day, free_used=0, spent=0), tariff)
    Plan(way=<Way.PAID: 'paid'>, cost=55, reason=None)
    """
    reason = Reason.BLOCKED if facts.blocked else Reason.WINDOW
    for way in tariff.order:
        if not _open(way, facts, tariff):
            continue
        if way == Way.ZNS and not tariff.zns_hours[0] <= facts.now.hour < tariff.zns_hours[1]:
            reason = Reason.HOURS
            continue
        cost = {Way.PAID: tariff.paid_price, Way.ZNS: tariff.zns_price}.get(way, 0)
        if cost and facts.spent + cost > tariff.budget:
            reason = Reason.BUDGET
            continue
        return Plan(way, cost)
    return Plan(Way.HELD, reason=reason)


def _open(way: Way, facts: Facts, tariff: Tariff) -> bool:
    if way == Way.ZNS:
        return facts.notice and facts.reachable_by_phone and tariff.zns_template is not None
    if way == Way.OTHER:
        return facts.notice and facts.other_channel
    if facts.shut or facts.blocked or facts.last_interaction is None:
        return False
    silent = facts.now - facts.last_interaction
    if way == Way.FREE:
        return silent < tariff.free_for and facts.free_used < tariff.free_replies
    return way == Way.PAID and silent < tariff.paid_for
