"""The map: circles at the units, points of open tickets, and the same as a table."""

import math
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from admin.auth import Me, Person
from admin.desk import due_view
from admin.due import DueView
from admin.maps import ground
from admin.view import page
from api.core.web import DB, Now
from api.localities.taxonomy import categories
from api.places.models import PlaceUnit
from api.tickets.desk import UnitLoad, load_by_unit, points
from api.tickets.threads import wanting

router = APIRouter(prefix="/ban-do")
DEFAULT_KM2 = 15.0


def _units(db: Session) -> list[PlaceUnit]:
    return list(db.scalars(select(PlaceUnit).where(PlaceUnit.in_area).order_by(PlaceUnit.short_name)))


def _chosen(request: Request) -> str | None:
    asked = request.query_params.get("linh_vuc", "")
    return asked if asked in categories() else None


@router.get("")
def show(request: Request, person: Me, db: DB, clock: Now) -> Response:
    due, chosen = due_view(db, clock.now()), _chosen(request)
    loads = load_by_unit(db, person.staff, due.now, due.soon_before, chosen)
    names = {unit.code: unit.name for unit in _units(db)}
    rows = sorted(loads, key=lambda load: (-load.overdue, -load.open))
    return page(request, "map.html", rows=rows, names=names, chosen=chosen or "", wanting=wanting(db, person.staff))


@router.get("/don-vi.json")
def units(person: Me, db: DB) -> Response:
    """Where the units lie, for orientation on a map without tiles. Radius in metres of a circle of the unit's area."""
    rows = [
        {"code": unit.code, "name": unit.short_name, "lat": unit.lat, "lon": unit.lon, "radius": _radius(unit.area_km2)}
        for unit in _units(db)
    ]
    return JSONResponse({"units": rows} | ground(db))


def _radius(km2: float | None) -> int:
    return int(1000 * math.sqrt((km2 or DEFAULT_KM2) / math.pi))


@router.get("/du-lieu.json")
def figures(request: Request, person: Me, db: DB, clock: Now) -> Response:
    due, chosen = due_view(db, clock.now()), _chosen(request)
    loads = {load.unit_code: load for load in load_by_unit(db, person.staff, due.now, due.soon_before, chosen)}
    return JSONResponse(
        {
            "units": [_circle(unit, loads.get(unit.code)) for unit in _units(db)],
            "points": _points(db, person, chosen, due),
        }
        | ground(db)
    )


@router.get("/ranh-gioi.json")
def borders(person: Me, db: DB) -> Response:
    from api.places.boundaries import drawn  # here: an installation without borders need not load shapely

    return JSONResponse(drawn(db), headers={"Cache-Control": "private, max-age=86400"})


def _circle(unit: PlaceUnit, load: UnitLoad | None) -> dict[str, Any]:
    figures = {"open": load.open if load else 0, "overdue": load.overdue if load else 0}
    return {"code": unit.code, "name": unit.name, "short": unit.short_name, "lat": unit.lat, "lon": unit.lon} | figures


def _points(db: Session, person: Person, chosen: str | None, due: DueView) -> list[dict[str, Any]]:
    found = []
    for ticket in points(db, person.staff, chosen):
        badge = due.badge(ticket)
        shown = {"number": ticket.number, "title": ticket.title, "lat": ticket.lat, "lon": ticket.lon}
        found.append(shown | {"state": badge.state, "words": badge.words})
    return found
