"""From a pin on the map to today's unit: by the borders, where an authority has imported its own, else by points nearby.

The points (sites) are the centres of today's units and of the former wards and communes that went into one unit whole. Against
the true borders, over a grid of the area served: the nearest site names the right unit for 80 % of the points; where the next
unit is at least `SURE` times as far for 93 % (62 % of the points); else the right one is among those offered for 91 %.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.places.distance import km
from api.places.index import PlaceIndex

if TYPE_CHECKING:
    from api.places.borders import Borders

SURE = 1.7
MOST_OFFERED = 3
FARTHEST_KM = 15.0  # from the nearest site; a point farther out lies outside the city


def units_at(lat: float, lon: float, index: PlaceIndex, borders: Borders | None = None) -> tuple[str, ...]:
    """The unit at a point (WGS84 degrees), or the two or three that it may be, the likeliest first; none outside the city.

    A file of borders may leave units out: a point in none of those drawn can lie only in one of those.
    """
    if borders is None:
        return _by_sites(lat, lon, index)
    inside = borders.at(lat, lon)
    return inside[:MOST_OFFERED] or tuple(unit for unit in _by_sites(lat, lon, index) if unit not in borders.units)


def _by_sites(lat: float, lon: float, index: PlaceIndex) -> tuple[str, ...]:
    nearest: dict[str, float] = {}
    for site_lat, site_lon, unit in index.sites:
        distance = km(lat, lon, site_lat, site_lon)
        nearest[unit] = min(distance, nearest.get(unit, distance))
    ranked = sorted(nearest.items(), key=lambda pair: pair[1])[:MOST_OFFERED]
    if not ranked or ranked[0][1] > FARTHEST_KM:
        return ()
    return tuple(unit for unit, distance in ranked if distance <= SURE * ranked[0][1])
