"""From a citizen's words to today's unit, offline. Pure: the index is handed in.

A name is believed by what stands before it ("phường", "xã", "p."), by the district and the landmarks named beside it, and
not at all where it is part of a street's or a bridge's name. What remains open is asked, never guessed: an old ward that was
split stays open whatever else is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.places.index import Entry, Kind, PlaceIndex
from api.places.mentions import UNIT_KINDS, Mention, Reader

MOST_ASKED = 8  # candidates; more are no question that can be asked
_SAID_SO, _NAMED, _HINTED, _DOUBTFUL = 3.0, 2.0, 1.0, 0.5
LONGEST_TEXT = 600  # characters that are read; nobody's address is longer
_NEVER_A_UNIT = frozenset({"district", "province", "street", "person", "other"})


@dataclass(frozen=True)
class Resolution:
    """What the words mean. `unit_code` only when there is one answer; else the `candidates` to ask about, best first.

    reason: exact | former | landmark | split | ambiguous | district_only | outside | unknown. lat/lon (WGS84) are rough.
    """

    unit_code: str | None
    candidates: tuple[str, ...] = ()
    matched: str | None = None
    lat: float | None = None
    lon: float | None = None
    reason: str = "unknown"


@dataclass(frozen=True)
class _Around:
    """What the rest of the text says of where the place is."""

    districts: frozenset[str]  # named for sure
    province: frozenset[str]  # units of the former province named; empty: none named
    landmarks: Sequence[tuple[Mention, Sequence[Entry]]]
    index: PlaceIndex

    @property
    def near(self) -> frozenset[str]:
        """Units in which the landmarks may lie."""
        return frozenset[str]().union(*(self.area(e) for _, entries in self.landmarks for e in entries))

    def area(self, entry: Entry) -> frozenset[str]:
        return entry.units or self.index.units_of.get(entry.district, frozenset())


@dataclass(frozen=True)
class _Guess:
    mention: Mention
    entries: Sequence[Entry]
    score: float

    @property
    def units(self) -> frozenset[str]:
        return frozenset[str]().union(*(e.units for e in self.entries))


def resolve(text: str, index: PlaceIndex) -> Resolution:
    """The unit that `text` names, if it names one."""
    mentions = Reader(text[:LONGEST_TEXT], index).mentions()
    around = _around(mentions, index)
    guesses = [g for m in mentions if (g := _guess(m, around)).entries]
    best = max((g.score for g in guesses), default=0.0)
    if best >= _NAMED:
        return _answer([g for g in guesses if g.score == best], around)
    return (
        _from_landmarks(around)
        or (_answer([g for g in guesses if g.score == best], around) if best else None)
        or _only_district(around)
    )


def _around(mentions: Sequence[Mention], index: PlaceIndex) -> _Around:
    districts = frozenset(e.key for m in mentions for e in m.of(Kind.DISTRICT) if m.said in (None, "district"))
    provinces = [e for m in mentions for e in m.of(Kind.PROVINCE) if m.said in (None, "province") and _served(e, index)]
    province = frozenset[str]().union(*(e.units for e in provinces))
    around = _Around(districts, province, (), index)
    landmarks = [(m, fitting) for m in mentions if (fitting := _fitting_landmarks(m, around))]
    return _Around(districts, province, landmarks, index)


def _served(province: Entry, index: PlaceIndex) -> bool:
    # one commune of today grew from both provinces
    return 2 * len(province.units & index.in_area) > len(province.units)


def _fitting_landmarks(mention: Mention, around: _Around) -> list[Entry]:
    """The landmarks that a mention may be, in the districts named if there are such."""
    if mention.said in UNIT_KINDS or mention.said in ("district", "province", "person"):
        return []
    found = [e for e in mention.of(Kind.LANDMARK) if _called(mention, e)]
    return [e for e in found if e.district in around.districts or around.area(e) & _area(around)] or found


def _area(around: _Around) -> frozenset[str]:
    return frozenset[str]().union(*(around.index.units_of[d] for d in around.districts if d in around.index.units_of))


def _called(mention: Mention, entry: Entry) -> bool:
    """Can what the words before the name call it be this? A street's name alone says nothing where a unit has it too."""
    if entry.type == "street":
        return mention.said in (None, "street", "other")
    if entry.type == "hamlet":
        return mention.said == "hamlet" or (mention.said is None and not mention.of(Kind.UNIT, Kind.FORMER, Kind.DISTRICT))
    return mention.said != "street" or len(mention.key) > 2


def _guess(mention: Mention, around: _Around) -> _Guess:
    """How surely this name is a unit, and which."""
    wide = mention.said is None and mention.of(Kind.DISTRICT)  # "Nam Sách" is the district, its commune needs "xã"
    if mention.said in _NEVER_A_UNIT or wide or (mention.said == "hamlet" and not mention.old):
        return _Guess(mention, (), 0)
    chosen = _chosen(mention, around)
    if mention.said in UNIT_KINDS:
        return _Guess(mention, chosen, _SAID_SO)
    # a bare name that is also a district's, or a street's, says little
    street = any(e.type == "street" for e in mention.of(Kind.LANDMARK)) and not mention.old
    if street and (mention.said == "institution" or not around.districts):
        return _Guess(mention, () if mention.said else chosen, _DOUBTFUL)
    if len(mention.key) == 1 or not mention.exact:
        return _Guess(mention, chosen, _DOUBTFUL)
    return _Guess(mention, chosen, _HINTED if mention.said == "institution" else _NAMED)


def _chosen(mention: Mention, around: _Around) -> list[Entry]:
    """Among today's unit and former ones of the same name: those that the words point to."""
    units, former = mention.of(Kind.UNIT), mention.of(Kind.FORMER)
    inside = [e for e in former if e.district in around.districts]
    here = [e for e in units if around.index.districts_of.get(e.key, frozenset()) & around.districts]
    if inside or here:
        former, units = inside, here
    elif around.province:
        in_province = [e for e in former if e.units <= around.province]
        former, units = in_province or former, [e for e in units if e.units <= around.province or not in_province]
    elif around.districts and units:
        former = []
    units_so_called = [e for e in units if mention.said in (None, "institution", e.type)]
    former_so_called = [e for e in former if mention.said in (None, "institution", e.type)]
    if mention.old or inside:
        return _beside(former_so_called or former or units, around)
    if not around.districts and _elsewhere(units_so_called, former_so_called, around):
        return _beside(former_so_called, around)
    return _beside(units_so_called or former_so_called or units or former, around)


def _beside(entries: list[Entry], around: _Around) -> list[Entry]:
    """Of several units of one name those where the landmarks are."""
    return [e for e in entries if e.units & around.near] or entries


def _elsewhere(units: list[Entry], former: list[Entry], around: _Around) -> bool:
    """The landmarks lie where a former unit of this name was, not where today's is."""
    near = around.near
    return bool(near) and not any(e.units & near for e in units) and any(e.units & near for e in former)


def _answer(guesses: Sequence[_Guess], around: _Around) -> Resolution:
    areas = [g.units for g in guesses]
    common = frozenset.intersection(*areas)
    units = common or frozenset().union(*areas)
    entries = [e for g in guesses for e in g.entries]
    matched = " ".join(guesses[0].mention.key)
    ordered = _ordered(units, around)
    if len(ordered) > 1 and not any(len(e.units) > 1 for e in entries):
        # one name in the area that is served and elsewhere: the one here is meant
        inside = tuple(code for code in ordered if code in around.index.in_area)
        if len(inside) == 1 and len({g.mention.key for g in guesses}) == 1 and not around.districts:
            ordered = inside
    if len(ordered) == 1:
        return _decided(ordered[0], matched, entries, around)
    whole = any(len(e.units) > 1 and e.units == units for e in entries)
    return Resolution(None, ordered, matched, reason="split" if whole else "ambiguous")


def _decided(unit: str, matched: str, entries: Iterable[Entry], around: _Around) -> Resolution:
    points = [e.point for _, marks in around.landmarks for e in marks if e.point and e.units == {unit}]
    lat, lon = points[0] if points else around.index.centres[unit]
    today = any(e.kind is Kind.UNIT and e.key == unit for e in entries)
    reason = "outside" if unit not in around.index.in_area else "exact" if today else "former"
    return Resolution(unit, (unit,), matched, lat, lon, reason)


def _ordered(units: Iterable[str], around: _Around) -> tuple[str, ...]:
    near = around.near
    return tuple(sorted(units, key=lambda code: (code not in around.index.in_area, code not in near, code)))


def _from_landmarks(around: _Around) -> Resolution | None:
    """A market, bridge or crossroads says where it is; a street less, for many are long."""
    known = [(m, [e for e in entries if e.units]) for m, entries in around.landmarks]
    known = [(m, entries) for m, entries in known if entries]
    for group in (
        [k for k in known if any(e.type != "street" for e in k[1])],
        known,
    ):
        if not group:
            continue
        areas = [frozenset[str]().union(*(e.units for e in entries)) for _, entries in group]
        all_areas = [frozenset[str]().union(*(e.units for e in entries)) for _, entries in known]
        common = frozenset.intersection(*all_areas) or frozenset.intersection(*areas)
        return _at_landmark(common or frozenset().union(*areas), group, around)
    return None


def _at_landmark(units: frozenset[str], group: Sequence[tuple[Mention, Sequence[Entry]]], around: _Around) -> Resolution | None:
    if around.districts and (here := units & _area(around)):
        units = here
    mention, entries = max(group, key=lambda pair: len(pair[0].key))
    if len(units) > 1:
        return Resolution(None, _ordered(units, around), entries[0].name, reason="ambiguous")
    (unit,) = units
    points = [e.point for _, marks in group for e in marks if e.point and unit in e.units]
    lat, lon = points[0] if points else around.index.centres[unit]
    name = next((e.name for e in entries if unit in e.units), " ".join(mention.key))
    return Resolution(unit, (unit,), name, lat, lon, "landmark")


def _only_district(around: _Around) -> Resolution:
    vague = frozenset(e.district for _, entries in around.landmarks for e in entries)
    districts = around.districts or (vague if len(vague) == 1 else frozenset())
    if not districts:
        return Resolution(None)
    index = around.index
    of_district = sorted(frozenset[str]().union(*(index.units_of.get(d, frozenset()) for d in districts)))
    units = tuple(c for c in of_district if c in index.in_area) or tuple(of_district)
    if len(units) == 1:
        return Resolution(units[0], units, index.unit_names[units[0]], *index.centres[units[0]], reason="former")
    return Resolution(None, units, reason="district_only")
