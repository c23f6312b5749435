"""What the invented year stands on: the pack's units, routes, rules, calendar and words, read once."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.settings import get_settings
from api.deadlines.models import DeadlineRule
from api.deadlines.rules import rule_for
from api.deadlines.service import calendar
from api.departments.models import Department, Role, Staff
from api.departments.queries import dispatch_desk
from api.localities.pack import read
from api.metrics.worktime import WorkTime
from api.places.models import PlaceUnit
from api.routing.models import Route
from api.routing.rules import narrowest

AHEAD = timedelta(days=400)  # deadlines and plans reach beyond now


@dataclass(frozen=True)
class Ground:
    """`pace`: department → share of the allowed time that its middle ticket takes. `hands`: department → its demo staff."""

    units: Mapping[str, PlaceUnit]
    departments: Mapping[str, Department]
    offices: Mapping[str, str]  # unit → its People's Committee
    routes: Mapping[str, list[Route]]  # by category
    rules: list[DeadlineRule]
    desk: str
    hands: Mapping[str, int]
    pace: Mapping[str, float]
    work: WorkTime
    zone: ZoneInfo
    settings: Mapping[str, Any]
    stories: Mapping[str, Any]
    words: Mapping[str, Any]

    def owner(self, category: str, unit: str | None) -> str:
        """As `api.routing.service.route` decides, without asking the database for each of thousands."""
        found = narrowest(self.routes.get(category, []), category, unit)
        if found is None:
            return self.desk
        code = self.offices.get(unit or "") if found.to_commune else found.department_code
        return code if code and code in self.departments and self.departments[code].active else self.desk

    def rule(self, message_type: str, category: str, priority: str, at: datetime) -> DeadlineRule:
        found = rule_for(self.rules, message_type, category, priority, at.astimezone(self.zone).date())
        if found is None:
            raise RuntimeError(f"no deadline rule is in force for {message_type} at {at}")
        return found


def ground(session: Session, now: datetime, seed: int) -> Ground:
    settings = read("demo/history.yml")
    zone = get_settings().zone
    today = now.astimezone(zone).date()
    departments = {d.code: d for d in session.scalars(select(Department).order_by(Department.code))}
    return Ground(
        units={u.code: u for u in session.scalars(select(PlaceUnit).where(PlaceUnit.in_area).order_by(PlaceUnit.code))},
        departments=departments,
        offices={d.unit_code: d.code for d in departments.values() if d.kind == "commune" and d.unit_code},
        routes=_routes(session),
        rules=list(session.scalars(select(DeadlineRule).order_by(DeadlineRule.code))),
        desk=dispatch_desk(session).code,
        hands=_hands(session),
        pace=_pace(departments, settings, seed),
        work=WorkTime(calendar(session), today - timedelta(days=settings["days"] + 10), today + AHEAD),
        zone=zone,
        settings=settings,
        stories=read("demo/stories.yml"),
        words=read("demo/words.yml"),
    )


def _routes(session: Session) -> dict[str, list[Route]]:
    routes: dict[str, list[Route]] = {}
    for route in session.scalars(select(Route).order_by(Route.id)):
        routes.setdefault(route.category, []).append(route)
    return routes


def _hands(session: Session) -> dict[str, int]:
    query = select(Staff.department_code, Staff.id).where(Staff.demo, Staff.role.in_([Role.CLERK, Role.DISPATCHER]))
    return {code: key for code, key in session.execute(query.order_by(Staff.id.desc())) if code}


def _pace(departments: Mapping[str, Department], settings: Mapping[str, Any], seed: int) -> dict[str, float]:
    low, high = settings["other_departments"]
    drawn = {code: random.Random(f"{seed}:{code}").uniform(low, high) for code in departments}  # noqa: S311 - invented data
    return drawn | {code: pace for code, pace in settings["departments"].items() if code in departments}
