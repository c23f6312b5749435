"""Places for the rest of the product: words or a point in, today's unit out."""

from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.places import pins
from api.places.index import PlaceIndex, build
from api.places.models import FormerUnit, Landmark, PlaceUnit, Succession
from api.places.resolve import Resolution, resolve


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


def resolve_place(session: Session, text: str) -> Resolution:
    return resolve(text, place_index(session))


def unit_name(session: Session, code: str | None) -> str | None:
    return place_index(session).unit_names.get(code) if code else None


def units_at(session: Session, lat: float, lon: float) -> tuple[str, ...]:
    """The unit at a point (WGS84 degrees), or the two or three to ask about; none outside the city."""
    return pins.units_at(lat, lon, place_index(session))


def unit_at(session: Session, lat: float, lon: float) -> str | None:
    """The unit at a point, None where the border is too near to say without asking."""
    found = units_at(session, lat, lon)
    return found[0] if len(found) == 1 else None
