"""Which units a point lies in or near, where their borders are known.

Imported only where borders are: shapely brings numpy along.
"""

import math
from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from api.places.models import UnitBoundary

NEAR_M = 50.0  # so near to a border neither the drawing nor a phone's place is exact: the neighbour is asked about as well
BESIDE_M = 500.0  # a point in no unit (on a river, on the sea) belongs to what is nearest, as far as this
_METRES_PER_DEGREE = 111_195.0  # of latitude, on the sphere of `distance.km`


class Borders:
    """Shapes by unit, in metres around the middle of them all: good to a few centimetres across one city's borders."""

    def __init__(self, shapes: Iterable[tuple[str, BaseGeometry]]) -> None:
        found = list(shapes)
        self.units: Sequence[str] = [unit for unit, _ in found]
        degrees = [shape for _, shape in found]
        _, south, _, north = shapely.total_bounds(degrees)
        self._scale = np.array([math.cos(math.radians((south + north) / 2)), 1.0]) * _METRES_PER_DEGREE
        self._tree = shapely.STRtree(shapely.transform(degrees, partial(np.multiply, self._scale)))

    @classmethod
    def of(cls, rows: Iterable[UnitBoundary]) -> "Borders":
        return cls((row.unit_code, shapely.from_wkb(row.shape)) for row in rows)

    def at(self, lat: float, lon: float) -> tuple[str, ...]:
        """The unit at a point (WGS84 degrees), before those whose border runs near; none far from all."""
        point = shapely.Point(*(np.array([lon, lat]) * self._scale))
        near = self._within(point, NEAR_M)
        return near or self._within(point, BESIDE_M)[:1]

    def _within(self, point: BaseGeometry, metres: float) -> tuple[str, ...]:
        """Units by their distance from the point, at most `metres`; of two that touch it the one it lies deeper in first."""
        found: NDArray[np.int64] = self._tree.query(point, predicate="dwithin", distance=metres)
        shapes = self._tree.geometries[found]
        order = np.lexsort((-shapely.distance(point, shapely.boundary(shapes)), shapely.distance(point, shapes)))
        return tuple(self.units[i] for i in found[order])
