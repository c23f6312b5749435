"""Every name that may mean a place, ready to be looked up by syllables. Built once a process from the place tables."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from api.core.text import fold
from api.places.models import FormerUnit, Landmark, PlaceUnit, Succession

_FINAL_Y = re.compile(r"^(qu|[bcdghklmnprstvx]+)y$")
_DISTRICT_KINDS = ("Thành phố ", "Thị xã ", "Huyện ", "Quận ", "Tỉnh ")


class Kind(Enum):
    UNIT = "unit"
    FORMER = "former"
    DISTRICT = "district"
    LANDMARK = "landmark"


@dataclass(frozen=True)
class Entry:
    """One meaning of a name. `units`: the codes of today's units it lies in or became."""

    kind: Kind
    key: str  # the unit's code, or the folded name of a district
    name: str
    type: str  # phuong | xa | thi_tran | dac_khu | huyen, or the landmark's kind
    units: frozenset[str]
    district: str = ""  # folded name of the former district
    point: tuple[float, float] | None = None

    @property
    def bare_name(self) -> str:
        """The name without its kind: "Xã Cẩm Giàng" → "Cẩm Giàng"."""
        for kind in ("Phường ", "Xã ", "Thị trấn ", "Đặc khu "):
            if self.name.startswith(kind):
                return self.name.removeprefix(kind)
        return self.name


@dataclass(frozen=True)
class PlaceIndex:
    names: Mapping[tuple[str, ...], tuple[Entry, ...]]
    centres: Mapping[str, tuple[float, float]]  # unit code → (lat, lon)
    unit_names: Mapping[str, str]
    in_area: frozenset[str]
    districts_of: Mapping[str, frozenset[str]]  # unit code → folded names of the former districts it grew from


def spelling(word: str) -> str:
    """One folded syllable in one spelling: "ky" and "ki", "quy" and "qui" are the same."""
    return _FINAL_Y.sub(r"\1i", word)


def syllables(name: str) -> tuple[str, ...]:
    return tuple(spelling(word) for word in re.findall(r"[a-z0-9]+", fold(name)))


def build(
    units: Iterable[PlaceUnit],
    former: Iterable[FormerUnit],
    successions: Iterable[Succession],
    landmarks: Iterable[Landmark],
) -> PlaceIndex:
    units, former = list(units), list(former)
    heirs: dict[str, set[str]] = defaultdict(set)
    for row in successions:
        heirs[row.former_code].add(row.unit_code)
    names: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for unit in units:
        names[syllables(unit.short_name)].append(Entry(Kind.UNIT, unit.code, unit.name, unit.kind, frozenset([unit.code])))
    districts_of: dict[str, set[str]] = defaultdict(set)
    area_of_district: dict[str, set[str]] = defaultdict(set)
    for old in former:
        district = fold(bare_district(old.district))
        names[syllables(old.short_name)].append(
            Entry(Kind.FORMER, old.code, old.name, old.kind, frozenset(heirs[old.code]), district)
        )
        area_of_district[district] |= heirs[old.code]
        for code in heirs[old.code]:
            districts_of[code].add(district)
    for district, area in area_of_district.items():
        names[syllables(district)].append(Entry(Kind.DISTRICT, district, district, "huyen", frozenset(area)))
    _add_landmarks(names, landmarks)
    return PlaceIndex(
        names={key: tuple(entries) for key, entries in names.items()},
        centres={u.code: (u.lat, u.lon) for u in units},
        unit_names={u.code: u.name for u in units},
        in_area=frozenset(u.code for u in units if u.in_area),
        districts_of={code: frozenset(of) for code, of in districts_of.items()},
    )


def _add_landmarks(names: dict[tuple[str, ...], list[Entry]], landmarks: Iterable[Landmark]) -> None:
    for mark in landmarks:
        units = frozenset([mark.unit_code]) if mark.unit_code else frozenset[str]()
        point = (mark.lat, mark.lon) if mark.lat is not None and mark.lon is not None else None
        names[syllables(mark.name)].append(Entry(Kind.LANDMARK, str(mark.id), mark.name, mark.kind, units, point=point))


def bare_district(name: str) -> str:
    """ "Huyện Nam Sách" → "Nam Sách"."""
    for kind in _DISTRICT_KINDS:
        name = name.removeprefix(kind)
    return name
