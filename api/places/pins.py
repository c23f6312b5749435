"""From a pin on the map to today's unit. No boundaries are imported, so only points far from a border are certain.

The sites are the centres of today's units and of the former wards and communes that went into one unit whole. Against the true
boundaries, over a grid of the area served: the nearest site names the right unit for 80 % of the points; where the next unit is
at least `SURE` times as far for 93 % (62 % of the points); else the right one is among those offered for 91 %.
"""

from api.places.distance import km
from api.places.index import PlaceIndex

SURE = 1.7
MOST_OFFERED = 3
FARTHEST_KM = 15.0  # from the nearest site; a point farther out lies outside the city


def units_at(lat: float, lon: float, index: PlaceIndex) -> tuple[str, ...]:
    """The unit at a point (WGS84 degrees), or the two or three that it may be, the likeliest first; none outside the city."""
    nearest: dict[str, float] = {}
    for site_lat, site_lon, unit in index.sites:
        distance = km(lat, lon, site_lat, site_lon)
        nearest[unit] = min(distance, nearest.get(unit, distance))
    ranked = sorted(nearest.items(), key=lambda pair: pair[1])[:MOST_OFFERED]
    if not ranked or ranked[0][1] > FARTHEST_KM:
        return ()
    return tuple(unit for unit, distance in ranked if distance <= SURE * ranked[0][1])
