"""Distances on the ground."""

import math


def km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Distance on the ground in kilometres, good for a few dozen of them."""
    x = math.radians(lon2 - lon1) * math.cos(math.radians((lat1 + lat2) / 2))
    return 6371.0 * math.hypot(x, math.radians(lat2 - lat1))
