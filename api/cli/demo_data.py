"""The invented history for `langnghe demo`; what it is made of is in `api.demo` and in the locality pack's demo folder."""

from api.demo.history import SEED, load
from api.demo.removal import remove

__all__ = ["SEED", "load", "remove"]
