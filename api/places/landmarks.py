"""Reads the pack's streets, hamlets, landmarks and the communes that were merged before 2025.

A file holds, by former district and kind, names and where they lie: a former ward or commune of the district, today's unit
with its kind ("Phường Hải Dương"), a list of them (one of these), or nothing (somewhere in the district, or in "Tỉnh …").
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from api.core.text import fold, nfc
from api.localities.pack import read
from api.places.index import bare_district
from api.places.models import FormerUnit, PlaceUnit, Succession

FILES = ("landmarks.yml", "streets.yml", "hamlets.yml", "merged_communes.yml")


class Where:
    """Units of today by the names that the files use."""

    def __init__(self, units: Iterable[PlaceUnit], former: Iterable[FormerUnit], successions: Iterable[Succession]) -> None:
        heirs: dict[str, set[str]] = defaultdict(set)
        for row in successions:
            heirs[row.former_code].add(row.unit_code)
        self._today = {unit.name: {unit.code} for unit in units if unit.in_area}
        self._former = {(old.district, old.short_name): heirs[old.code] for old in former}

    def units(self, district: str, name: str) -> set[str]:
        """Raises ValueError for a name that is neither."""
        found = self._today.get(name) or self._former.get((district, name))
        if not found:
            raise ValueError(f"{name!r} is neither a unit of today nor a former one of {district}")
        return found


def landmark_rows(where: Where) -> list[dict[str, Any]]:
    """Rows of the table, one for each name that a landmark goes by."""
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for file in FILES:
        for district, kinds in (read(file) or {}).items():
            for kind, names in kinds.items():
                for name, entry in names.items():
                    try:
                        found = list(_rows(where, nfc(district), kind, nfc(name), entry))
                    except ValueError as error:
                        raise ValueError(f"{file}: {name}: {error}") from error
                    rows |= {(row["said"], row["kind"], row["district"]): row for row in found}
    return list(rows.values())


def _rows(where: Where, district: str, kind: str, name: str, entry: Any) -> Iterator[dict[str, Any]]:
    told: Mapping[str, Any] = entry if isinstance(entry, dict) else {"in": entry}
    inside = told.get("in")
    names = [] if inside is None else [inside] if isinstance(inside, str) else inside
    units = sorted(set[str]().union(*(where.units(district, nfc(n)) for n in names)))
    lat, lon = told.get("at", (None, None))
    for said in (name, *map(nfc, told.get("also", ()))):
        yield {
            "name": name, "said": said, "kind": kind, "folded": fold(said), "units": units,
            "district": "" if district.startswith("Tỉnh ") else fold(bare_district(district)), "lat": lat, "lon": lon,
        }  # fmt: skip
