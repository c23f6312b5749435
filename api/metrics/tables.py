"""The figures and the period's tickets as tables for export. No name and no phone of a citizen is in them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.departments.queries import names
from api.localities.taxonomy import categories, message_types
from api.metrics.queries import RUNNING
from api.metrics.rules import Figures, Period
from api.metrics.scope import Scope
from api.metrics.service import Report, Row
from api.places.models import PlaceUnit
from api.tickets.models import Ticket

Cell = str | int | float | date | datetime | None
SHARES = {"on_time", "satisfied", "response", "reopened"}
LENGTHS = {"first_answer", "solution"}  # shown in hours
# a Vietnamese phone number, also with blanks, dots or dashes in between
_PHONE = re.compile(r"(?<!\d)(?:\+?84|0)(?:[\s.\-]?\d){8,10}(?!\d)")


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class Table:
    """`code` names it in addresses, `title` on the sheet."""

    code: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def without_phones(text: str | None) -> str | None:
    """What a citizen wrote, any phone number in it left out."""
    return _PHONE.sub(words()["phone_hidden"], text) if text else text


def labels_of(session: Session) -> dict[str, dict[str, str]]:
    """dimension → code → name."""
    units = {code: name for code, name in session.execute(select(PlaceUnit.code, PlaceUnit.name))}  # noqa: C416 - a Result has keys()
    return {"department": names(session), "category": categories(), "unit": units, "channel": words()["channel"]}


def figure_tables(session: Session, report: Report) -> list[Table]:
    labels = labels_of(session)
    parts = [_dimension(name, rows, labels[name]) for name, rows in report.by.items()]
    return [_summary(report), *parts, _when(report)]


def _summary(report: Report) -> Table:
    now, earlier = report.overview.figures, report.overview.earlier
    rows: list[Sequence[Cell]] = [
        [words()["figures"][part.name], _figure(now, part.name), _figure(earlier, part.name) if earlier else None]
        for part in fields(Figures)
    ]
    return Table("tong-hop", words()["tables"]["summary"], list(words()["summary"].values()), rows)


_CODES = {"department": "don-vi", "category": "linh-vuc", "unit": "dia-ban", "channel": "kenh"}


def _dimension(name: str, rows: Sequence[Row], labels: dict[str, str]) -> Table:
    title = words()["tables"][name]
    parts = [part.name for part in fields(Figures)]
    cells = [[label_of(row.key, labels), *(_figure(row.figures, part) for part in parts)] for row in rows]
    return Table(_CODES[name], title, [title, *(words()["figures"][part] for part in parts)], cells)


def label_of(key: str | None, labels: dict[str, str]) -> str:
    return words()["unknown_place"] if key is None else labels.get(key, key)


def _when(report: Report) -> Table:
    headings = [words()["bucket"][report.bucket], *(words()["figures"][name] for name in ("received", "solved", "late"))]
    rows: list[Sequence[Cell]] = [[bucket.first, bucket.received, bucket.solved, bucket.late] for bucket in report.when]
    return Table("thoi-gian", words()["tables"]["when"], headings, rows)


def _figure(figures: Figures, name: str) -> float | None:
    value: float | None = getattr(figures, name)
    if value is None:
        return None
    if name in SHARES:
        return round(value * 100, 1)
    return round(value / 60, 1) if name in LENGTHS else round(value, 2)


def ticket_table(session: Session, period: Period, scope: Scope, now: datetime) -> Table:
    """The tickets opened in the period, oldest first."""
    inside = (Ticket.opened_at >= period.start, Ticket.opened_at < period.end)
    tickets = session.scalars(select(Ticket).where(*inside, *scope.conditions()).order_by(Ticket.opened_at, Ticket.number))
    columns = _columns(labels_of(session), now)
    rows = [[column(ticket) for column in columns.values()] for ticket in tickets]
    return Table("phan-anh", words()["tables"]["tickets"], [words()["tickets"][name] for name in columns], rows)


def _columns(labels: dict[str, dict[str, str]], now: datetime) -> dict[str, Callable[[Ticket], Cell]]:
    return {
        "number": lambda t: t.number,
        "opened_at": lambda t: t.opened_at,
        "message_type": lambda t: message_types().get(t.message_type, t.message_type),
        "category": lambda t: label_of(t.category, labels["category"]),
        "title": lambda t: without_phones(t.title),
        "place": lambda t: without_phones(t.place_text),
        "unit": lambda t: label_of(t.unit_code, labels["unit"]),
        "department": lambda t: label_of(t.department_code, labels["department"]),
        "channel": lambda t: label_of(t.channel, labels["channel"]),
        "priority": lambda t: words()["priority"].get(t.priority, t.priority),
        "status": lambda t: words()["status"].get(t.status, t.status),
        "due_at": lambda t: t.due_at,
        "first_answered_at": lambda t: t.first_answered_at,
        "resolved_at": lambda t: t.resolved_at,
        "late": lambda t: words()["is_late"] if _late(t, now) else "",
        "reopen_count": lambda t: t.reopen_count,
        "rating": lambda t: t.rating,
        "note": lambda t: words()["demo"] if t.demo else "",
    }


def _late(ticket: Ticket, now: datetime) -> bool:
    done_at = ticket.resolved_at or (now if ticket.status in RUNNING else None)
    return done_at is not None and done_at > ticket.due_at
