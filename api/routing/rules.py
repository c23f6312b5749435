"""Which route decides. Pure."""

from collections.abc import Iterable
from typing import Protocol, TypeVar


class RouteLike(Protocol):
    category: str
    unit_code: str | None


R = TypeVar("R", bound=RouteLike)


def narrowest(routes: Iterable[R], category: str, unit_code: str | None) -> R | None:
    """The route of this very unit, else the one for everywhere, else None."""
    own = [route for route in routes if route.category == category]
    for wanted in dict.fromkeys([unit_code, None]):
        for route in own:
            if route.unit_code == wanted:
                return route
    return None
