"""Boundary files as an authority might hand them in: a square around the centre of each unit."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from api.places.models import PlaceUnit
from api.places.pack import reference

UNITS = reference().units
HALF = 0.004  # degrees, about 430 m: no square touches another


def square(unit: PlaceUnit, half: float = HALF) -> dict[str, Any]:
    west, east, south, north = unit.lon - half, unit.lon + half, unit.lat - half, unit.lat + half
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


def file_of(named: Callable[[PlaceUnit], dict[str, Any]], units: Iterable[PlaceUnit] = UNITS) -> str:
    features = [{"type": "Feature", "properties": named(unit), "geometry": square(unit)} for unit in units]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
