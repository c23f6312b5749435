"""What the dashboard shows: the period asked for, charts as data and every chart's table."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.auth import Person
from admin.figures import percent, said, tiles
from admin.maps import ground
from admin.words import label
from api.core.settings import get_settings
from api.core.words import NotADay, number, read_day
from api.departments.models import Department
from api.departments.queries import departments, names
from api.localities.taxonomy import categories
from api.metrics.queries import has_demo
from api.metrics.rules import BadPeriod, Bucket, Figures, Period, period
from api.metrics.scope import Scope, scope_of
from api.metrics.service import Report, Row, report
from api.places.models import PlaceUnit

DEFAULT, CUSTOM = "30-ngay", "tuy-chon"
MOST_BARS = 11  # then one bar for the rest
NAMED_CIRCLES = 14


@dataclass(frozen=True)
class Asked:
    """The address in clean form: `ky` (period), `tu`, `den` (days of a custom one), `don_vi` (department)."""

    ky: str
    tu: str
    den: str
    don_vi: str

    @classmethod
    def of(cls, params: Mapping[str, str], now: datetime) -> "Asked":
        """The form always brings the days that it shows: other days than those of its period make a custom one."""
        ky, don_vi = params.get("ky", DEFAULT), params.get("don_vi", "")
        plain = cls(ky if ky in said()["spans"] else DEFAULT, "", "", don_vi)
        days = params.get("tu", ""), params.get("den", "")
        if plain.ky != CUSTOM and (not any(days) or plain._shows(days, now)):
            return plain
        return cls(CUSTOM, *days, don_vi)

    def _shows(self, days: Iterable[str], now: datetime) -> bool:
        try:
            return tuple(map(read_day, days)) == self.period(now).days(get_settings().zone)
        except NotADay:
            return False

    def period(self, now: datetime) -> Period:
        return period(said()["spans"][self.ky]["span"], now, get_settings().zone, _day(self.tu), _day(self.den))

    def query(self, **changes: str) -> str:
        fields = {"ky": self.ky, "tu": self.tu, "den": self.den, "don_vi": self.don_vi} | changes
        return "?" + urlencode({name: value for name, value in fields.items() if value})


def _day(text: str) -> date | None:
    try:
        return read_day(text)
    except NotADay as error:
        raise BadPeriod(error.message) from error


def seen(db: Session, person: Person, asked: Asked, now: datetime) -> tuple[Period, Scope, Report]:
    """Raises `BadPeriod` or `Forbidden`."""
    over, scope = asked.period(now), scope_of(db, person.staff, asked.don_vi or None)
    return over, scope, report(db, over, scope, now)


def context(db: Session, person: Person, asked: Asked, now: datetime) -> dict[str, Any]:
    """Everything that dashboard.html and its part need."""
    over, scope, made = seen(db, person, asked, now)
    zone = get_settings().zone
    first, last = over.days(zone)
    charts = _charts(db, made)
    return {
        "asked": asked,
        "days": (first, last),
        "previous": made.overview.previous.days(zone),
        "tiles": tiles(made, (last - first).days + 1, running=over.end >= now),
        "charts": charts,
        "nothing": made.empty,
        "demo": has_demo(db),
        "scope": scope,
        "department": names(db).get(scope.department or ""),
        "departments": _choice(db) if person.sees_all else [],
        "said": said(),
    }


def _choice(db: Session) -> list[tuple[str, list[Department]]]:
    """(kind, departments of that kind) in the order of the lists everywhere."""
    return [(kind, list(group)) for kind, group in groupby(departments(db), key=lambda department: department.kind)]


def _charts(db: Session, made: Report) -> dict[str, dict[str, Any]]:
    units = {unit.code: unit for unit in db.scalars(select(PlaceUnit).where(PlaceUnit.in_area).order_by(PlaceUnit.code))}
    unit_name: Callable[[str | None], str] = lambda key: units[key].name if key in units else said()["unknown_unit"]  # noqa: E731
    owners, fields = names(db), categories()
    return {
        "where": _ranked("where", made, "unit", unit_name) | {"map": _circles(made.by["unit"], units) | ground(db)},
        "what": _ranked("what", made, "category", lambda key: fields.get(key or "", key or "")),
        "who": _departments(made, lambda key: owners.get(key or "", key or "")),
        "when": _time(made),
        "how": _ranked("how", made, "channel", lambda key: label("channel", key)),
    }


def _ranked(code: str, made: Report, dimension: str, name: Callable[[str | None], str]) -> dict[str, Any]:
    """A breakdown by received: the largest as bars, all as a table."""
    rows, words = made.by[dimension], said()["charts"][code]
    counted = [row for row in rows if row.figures.received]
    bars, rest = (counted, []) if len(counted) <= MOST_BARS + 1 else (counted[:MOST_BARS], counted[MOST_BARS:])
    labels, values = [name(row.key) for row in bars], [row.figures.received for row in bars]
    if rest:
        labels.append(words["rest"].format(count=len(rest)))
        values.append(sum(row.figures.received for row in rest))
    sentence = ""
    if counted:
        share = percent(values[0] / max(made.overview.figures.received, 1))
        sentence = words["said"].format(name=_inside(labels[0], dimension), value=number(values[0]), share=share)
    series = [{"code": "received", "name": said()["series"]["received"], "data": values}]
    chart = _chart(code, words["title"], sentence, labels, series)
    chart["data"]["rest"] = bool(rest)
    return chart | {"rows": _table(rows, name)}


def _inside(name: str, dimension: str) -> str:
    """A name in the middle of a sentence; channels have names of their own."""
    return name if dimension == "channel" else name[0].lower() + name[1:]


def _departments(made: Report, name: Callable[[str | None], str]) -> dict[str, Any]:
    rows, words = made.by["department"], said()["charts"]["who"]
    slow = [row for row in rows if row.figures.overdue or row.figures.late]
    slow = sorted(slow, key=lambda row: (-row.figures.overdue, -row.figures.late))[: MOST_BARS + 1]
    worst = slow[0] if slow and slow[0].figures.overdue else None
    sentence = words["none"]
    if worst:
        sentence = words["said"].format(name=name(worst.key), value=number(worst.figures.overdue))
    parts = [("overdue", [row.figures.overdue for row in slow]), ("late", [row.figures.late for row in slow])]
    series = [{"code": code, "name": said()["series"][code], "data": data} for code, data in parts]
    labels = [name(row.key) for row in slow]
    return _chart("who", words["title"], sentence, labels, series) | {"rows": _table(rows, name)}


def _time(made: Report) -> dict[str, Any]:
    words, buckets = said()["charts"]["when"], made.when
    title = words["title"].format(bucket=said()["buckets"][made.bucket])
    highest = max(buckets, key=lambda bucket: bucket.received)
    name = said()["bucket_name"][made.bucket].format(day=f"{highest.first:%d/%m}")
    sentence = words["said"].format(name=name, value=number(highest.received)) if highest.received else ""
    columns: dict[str, Callable[[Bucket], int]] = {
        "received": lambda bucket: bucket.received,
        "in_time": lambda bucket: bucket.solved - bucket.late,
        "late": lambda bucket: bucket.late,
    }
    series = [
        {"code": code, "name": said()["series"][code], "data": [column(bucket) for bucket in buckets]}
        for code, column in columns.items()
    ]
    return _chart("when", title, sentence, [f"{bucket.first:%d/%m}" for bucket in buckets], series) | {"buckets": buckets}


def _chart(code: str, title: str, sentence: str, labels: list[str], series: list[dict[str, Any]]) -> dict[str, Any]:
    unit = said()["charts"][code]["unit"]
    aria = f"{title} ({unit}). {sentence} {said()['table_twin']}"
    data = {"kind": code, "labels": labels, "series": series, "aria": aria}
    return {"title": title, "unit": unit, "said": sentence, "data": data}


def _table(rows: list[Row], name: Callable[[str | None], str]) -> list[tuple[str, Figures]]:
    return [(name(row.key), row.figures) for row in rows]


def _circles(rows: list[Row], units: Mapping[str, PlaceUnit]) -> dict[str, Any]:
    """Every unit of the area, with its figures; the largest few are named on the map."""
    known = {row.key: row.figures for row in rows}
    largest = {row.key for row in rows[:NAMED_CIRCLES]}
    circles = [
        {
            "name": unit.name,
            "short": unit.short_name,
            "at": [unit.lat, unit.lon],
            "km2": unit.area_km2 or 15,
            "received": known[code].received if code in known else 0,
            "overdue": known[code].overdue if code in known else 0,
            "named": code in largest,
        }
        for code, unit in units.items()
    ]
    return {"units": circles}
