"""Every name that may mean a place, ready to be looked up by syllables. Built once a process from the place tables."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from api.core.text import fold
from api.places.distance import km
from api.places.models import FormerUnit, Landmark, PlaceUnit, Succession
from api.places.typos import Mender
from api.places.word_kinds import WORDS_BEFORE
from api.places.words import Word, words

_DISTRICT_KINDS = ("Thành phố ", "Thị xã ", "Huyện ", "Quận ", "Tỉnh ")
Key = tuple[str, ...]


class Kind(Enum):
    UNIT = "unit"
    FORMER = "former"
    DISTRICT = "district"
    PROVINCE = "province"
    LANDMARK = "landmark"


@dataclass(frozen=True)
class Entry:
    """One meaning of a name. `units`: the codes of today's units it lies in or became; none: somewhere in its district."""

    kind: Kind
    key: str  # the unit's code, or the folded name of a district
    name: str
    type: str  # phuong | xa | thi_tran | dac_khu | huyen, or the landmark's kind
    units: frozenset[str]
    district: str = ""  # folded name of the former district
    point: tuple[float, float] | None = None
    spelled: tuple[Word, ...] = ()  # the name as it is looked up

    @cached_property
    def marks(self) -> tuple[str, ...]:
        return tuple(word.marked for word in self.spelled)


@dataclass(frozen=True)
class PlaceIndex:
    names: Mapping[Key, tuple[Entry, ...]]
    alike: Mapping[Key, tuple[Key, ...]]  # names of units with one syllable left open ("*")
    mender: Mender
    longest: int  # syllables
    centres: Mapping[str, tuple[float, float]]  # unit code → (lat, lon)
    sites: tuple[tuple[float, float, str], ...]  # lat, lon and unit: points that surely lie in a unit
    unit_names: Mapping[str, str]
    in_area: frozenset[str]
    districts_of: Mapping[str, frozenset[str]]  # unit code → folded names of the former districts it grew from
    units_of: Mapping[str, frozenset[str]]  # the other way round


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
    areas: dict[str, set[str]] = defaultdict(set)
    provinces: dict[str, set[str]] = defaultdict(set)
    for old in former:
        areas[bare_district(old.district)] |= heirs[old.code]
        provinces[bare_district(old.province)] |= heirs[old.code]
    entries = [
        *(_unit(unit) for unit in units),
        *(_former(old, heirs[old.code]) for old in former),
        *(_wide(Kind.DISTRICT, name, area) for name, area in areas.items()),
        *(_wide(Kind.PROVINCE, name, area) for name, area in provinces.items()),
        *(_landmark(mark) for mark in landmarks),
    ]
    names: dict[Key, list[Entry]] = defaultdict(list)
    for entry in entries:
        names[tuple(word.text for word in entry.spelled)].append(entry)
    districts_of: dict[str, set[str]] = defaultdict(set)
    for name, area in areas.items():
        for code in area:
            districts_of[code].add(fold(name))
    return PlaceIndex(
        names={key: tuple(found) for key, found in names.items()},
        alike=_alike(names),
        mender=Mender({*WORDS_BEFORE, *(syllable for key in names for syllable in key)}),
        longest=max(map(len, names)),
        centres={u.code: (u.lat, u.lon) for u in units},
        sites=_sites(units, former, heirs),
        unit_names={u.code: u.name for u in units},
        in_area=frozenset(u.code for u in units if u.in_area),
        districts_of={code: frozenset(of) for code, of in districts_of.items()},
        units_of={fold(name): frozenset(area) for name, area in areas.items()},
    )


def _sites(
    units: list[PlaceUnit], former: list[FormerUnit], heirs: Mapping[str, set[str]]
) -> tuple[tuple[float, float, str], ...]:
    """Centres of today's units, and of the former ones that became part of one: those of its size away are misplaced."""
    reach = {u.code: 2 * math.sqrt((u.area_km2 or 25) / math.pi) for u in units}
    centres = {u.code: (u.lat, u.lon) for u in units}
    own = [(lat, lon, code) for code, (lat, lon) in centres.items()]
    for old in former:
        if len(heirs[old.code]) == 1 and old.lat is not None and old.lon is not None:
            (unit,) = heirs[old.code]
            if km(old.lat, old.lon, *centres[unit]) <= reach[unit]:
                own.append((old.lat, old.lon, unit))
    return tuple(own)


def _wide(kind: Kind, name: str, area: set[str]) -> Entry:
    return Entry(kind, fold(name), name, kind.value, frozenset(area), spelled=_spelled(name))


def _unit(unit: PlaceUnit) -> Entry:
    return Entry(Kind.UNIT, unit.code, unit.name, unit.kind, frozenset([unit.code]), spelled=_spelled(unit.short_name))


def _former(old: FormerUnit, heirs: set[str]) -> Entry:
    district = fold(bare_district(old.district))
    return Entry(Kind.FORMER, old.code, old.name, old.kind, frozenset(heirs), district, spelled=_spelled(old.short_name))


def _landmark(mark: Landmark) -> Entry:
    point = (mark.lat, mark.lon) if mark.lat is not None and mark.lon is not None else None
    # a commune that was merged before 2025 is one more former unit
    kind = Kind.FORMER if mark.kind in ("xa", "phuong", "thi_tran") else Kind.LANDMARK
    units = frozenset(mark.units)
    return Entry(kind, f"l{mark.id}", mark.name, mark.kind, units, mark.district, point, _spelled(mark.said))


def _spelled(name: str) -> tuple[Word, ...]:
    return tuple(words(name))


def _alike(names: Mapping[Key, list[Entry]]) -> dict[Key, tuple[Key, ...]]:
    found: dict[Key, list[Key]] = defaultdict(list)
    for key, entries in names.items():
        if len(key) > 1 and any(e.kind in (Kind.UNIT, Kind.FORMER) for e in entries):
            for i in range(len(key)):
                found[(*key[:i], "*", *key[i + 1 :])].append(key)
    return {key: tuple(keys) for key, keys in found.items()}


def bare_district(name: str) -> str:
    """ "Huyện Nam Sách" → "Nam Sách"."""
    for kind in _DISTRICT_KINDS:
        name = name.removeprefix(kind)
    return name
