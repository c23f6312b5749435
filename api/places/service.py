"""Places for the rest of the product: words or a point in, today's unit out."""

import math
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.places.index import PlaceIndex, build
from api.places.models import FormerUnit, Landmark, PlaceUnit, Succession
from api.places.resolve import Resolution, resolve

FARTHEST_KM = 15.0  # from a unit's centre; a point farther out lies outside the area


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


def unit_at(session: Session, lat: float, lon: float) -> str | None:
    """The unit whose centre is nearest (WGS84 degrees): a rough answer as long as no boundaries are imported."""
    centres = place_index(session).centres
    code, distance = min(((code, _km(lat, lon, *point)) for code, point in centres.items()), key=lambda pair: pair[1])
    return code if distance <= FARTHEST_KM else None


def _km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Distance on the ground in kilometres, good for a few dozen of them."""
    x = math.radians(lon2 - lon1) * math.cos(math.radians((lat1 + lat2) / 2))
    return 6371.0 * math.hypot(x, math.radians(lat2 - lat1))
