"""Places for the rest of the product: words or a point in, today's unit out."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.places import pins
from api.places.index import PlaceIndex, build
from api.places.models import FormerUnit, Landmark, PlaceUnit, Succession, UnitBoundary
from api.places.resolve import Resolution, resolve

if TYPE_CHECKING:
    from api.places.borders import Borders


@lru_cache(maxsize=1)
def _cached() -> list[PlaceIndex]:
    return []


def place_index(session: Session) -> PlaceIndex:
    """Built at first use; the tables change only with a new locality pack, that is with a restart."""
    kept = _cached()
    if not kept:
        rows = [session.scalars(select(table)).all() for table in (PlaceUnit, FormerUnit, Succession, Landmark)]
        kept.append(build(*rows))  # type: ignore[arg-type]
    return kept[0]


@lru_cache(maxsize=1)
def _drawn() -> dict[datetime, Borders]:
    return {}


def borders_imported_at(session: Session) -> datetime | None:
    return session.scalar(select(func.max(UnitBoundary.imported_at)))


def borders(session: Session) -> Borders | None:
    """What was imported last, None as long as nothing was; an import counts at once in every process."""
    imported_at = borders_imported_at(session)
    if imported_at is None:
        return None
    kept = _drawn()
    if imported_at not in kept:
        from api.places.borders import Borders  # here: an installation without borders need not load shapely

        drawn = Borders.of(session.scalars(select(UnitBoundary).order_by(UnitBoundary.unit_code)).all())
        kept.clear()
        kept[imported_at] = drawn
    return kept[imported_at]


def resolve_place(session: Session, text: str) -> Resolution:
    return resolve(text, place_index(session))


def unit_name(session: Session, code: str | None) -> str | None:
    return place_index(session).unit_names.get(code) if code else None


def units_at(session: Session, lat: float, lon: float) -> tuple[str, ...]:
    """The unit at a point (WGS84 degrees), or the two or three to ask about; none outside the city."""
    return pins.units_at(lat, lon, place_index(session), borders(session))


def unit_at(session: Session, lat: float, lon: float) -> str | None:
    """The unit at a point, None where the border is too near to say without asking."""
    found = units_at(session, lat, lon)
    return found[0] if len(found) == 1 else None
