"""What the queue shows, for its own page and beside an open ticket."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.auth import Person
from admin.due import DueView
from admin.filters import Asked
from admin.words import words
from api.deadlines.service import calendar
from api.departments.queries import departments, names, staff_names
from api.places.models import PlaceUnit
from api.tickets.clock import warning_until
from api.tickets.desk import counters
from api.tickets.queries import queue
from api.tickets.threads import wanting

PAGE = 40
MOST = 400  # rows that a live update fetches again at most


@dataclass(frozen=True)
class Labels:
    """Names behind the codes in rows."""

    departments: dict[str, str]
    units: dict[str, str]
    staff: dict[int, str]


def labels(db: Session) -> Labels:
    return Labels(names(db), unit_names(db), staff_names(db))


def unit_names(db: Session) -> dict[str, str]:
    """code → name of the units served, in the order of the alphabet."""
    query = select(PlaceUnit.code, PlaceUnit.name).where(PlaceUnit.in_area).order_by(PlaceUnit.kind, PlaceUnit.short_name)
    return dict(db.execute(query).all())


def due_view(db: Session, now: datetime) -> DueView:
    return DueView(calendar(db), now, warning_until(db, now))


def queue_context(request: Request, db: Session, person: Person, now: datetime) -> dict[str, Any]:
    """Everything that desk.html and its parts need for the list."""
    asked = Asked.of(request.query_params)
    due = due_view(db, now)
    filters = asked.filters(due.soon_before)
    found = queue(db, person.staff, filters, now, request.query_params.get("tiep") or None, _limit(request))
    return {
        "asked": asked,
        "due": due,
        "found": found,
        "labels": labels(db),
        "counters": counters(db, person.staff, now, due.soon_before, filters),
        "wanting": wanting(db, person.staff),
        "departments": departments(db) if person.sees_all else [],
        "channels": list(words()["channel"]),
        "done": words()["deeds"].get(request.query_params.get("xong", ""), {}).get("done", ""),
    }


def _limit(request: Request) -> int:
    """A live update asks for as many rows as are on the screen."""
    asked = request.query_params.get("dong", "")
    return min(max(int(asked), PAGE), MOST) if asked.isdigit() and len(asked) < 5 else PAGE
