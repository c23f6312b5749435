"""Departments of the locality pack, and one office for each commune of the area. What staff changed since stays."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.departments.models import Department
from api.localities.pack import read
from api.places.models import PlaceUnit


def load(session: Session) -> None:
    rows = [_row(entry) for entry in read("departments.yml")] + [_office(unit) for unit in _units(session)]
    session.execute(insert(Department).values(rows).on_conflict_do_nothing())


def _row(entry: dict[str, Any]) -> dict[str, Any]:
    fields = ("code", "name", "short_name", "kind")
    optional = ("unit_code", "phone", "address")
    return {f: entry[f] for f in fields} | {f: entry.get(f) for f in optional} | {"active": True}


def _units(session: Session) -> list[PlaceUnit]:
    return list(session.scalars(select(PlaceUnit).where(PlaceUnit.in_area).order_by(PlaceUnit.code)))


def _office(unit: PlaceUnit) -> dict[str, Any]:
    name = unit.name[0].lower() + unit.name[1:]
    return {
        "code": f"ubnd_{unit.code}",
        "name": f"Ủy ban nhân dân {name}",
        "short_name": f"UBND {name}",
        "kind": "commune",
        "unit_code": unit.code,
        "phone": None,
        "address": None,
        "active": True,
    }
