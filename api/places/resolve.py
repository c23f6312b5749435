"""From a citizen's words to today's unit, offline. Pure: the index is handed in.

A name is believed by what stands before it ("phường", "xã", "p."), by the district and the landmarks named beside it, and
not at all where it is part of a street's or a bridge's name. What remains open is asked, never guessed: an old ward that was
split stays open whatever else is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from api.places.index import Entry, Kind, PlaceIndex
from api.places.mentions import UNIT_KINDS, Mention, Reader

MOST_ASKED = 8  # candidates; more are no question that can be asked
_SAID_SO, _NAMED, _HINTED, _DOUBTFUL = 3.0, 2.0, 1.0, 0.5
LONGEST_TEXT = 600  # characters that are read; nobody's address is longer
_NEVER_A_UNIT = frozenset({"district", "province", "person"})


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
    today: bool  # today's city is named
    landmarks: Sequence[tuple[Mention, Sequence[Entry]]]
    index: PlaceIndex

    @property
    def near(self) -> frozenset[str]:
        """Units in which the landmarks may lie."""
        return frozenset[str]().union(*(self.area(e) for _, entries in self.landmarks for e in entries))

    @property
    def near_districts(self) -> frozenset[str]:
        return frozenset(e.district for _, entries in self.landmarks for e in entries if e.district)

    def area(self, entry: Entry) -> frozenset[str]:
        return entry.units or self.index.units_of.get(entry.district, frozenset())


@dataclass(frozen=True)
class _Guess:
    mention: Mention
    entries: Sequence[Entry]
    score: float
    units: frozenset[str] = frozenset()


def resolve(text: str, index: PlaceIndex) -> Resolution:
    """The unit that `text` names, if it names one."""
    mentions = Reader(text[:LONGEST_TEXT], index).mentions()
    around = _around(mentions, index)
    guesses = [g for m in mentions if (g := _guess(m, around)).entries]
    best = max((g.score for g in guesses), default=0.0)
    if best >= _NAMED:
        return _answer([g for g in guesses if g.score == best], around)
    return (
        _from_landmarks(around, guesses)
        or (_answer([g for g in guesses if g.score == best], around) if best else None)
        or _only_district(around)
    )


def _around(mentions: Sequence[Mention], index: PlaceIndex) -> _Around:
    districts = frozenset(e.key for m in mentions for e in m.of(Kind.DISTRICT) if m.said in (None, "district"))
    provinces = [(m, e) for m in mentions for e in m.of(Kind.PROVINCE)]
    named = [e.units for m, e in provinces if m.said in (None, "province") and _served(e, index)]
    today = any(not _served(e, index) for _, e in provinces)
    around = _Around(districts, frozenset[str]().union(*named), today, (), index)
    landmarks = [(m, fitting) for m in mentions if (fitting := _fitting_landmarks(m, around))]
    return replace(around, landmarks=landmarks)


def _served(province: Entry, index: PlaceIndex) -> bool:
    # one commune of today grew from both provinces
    return 2 * len(province.units & index.in_area) > len(province.units)


def _fitting_landmarks(mention: Mention, around: _Around) -> list[Entry]:
    """The landmarks that a mention may be, in the districts named if there are such; and communes whose heir is unknown."""
    units = mention.of(Kind.UNIT, Kind.FORMER)
    lost = [] if any(e.units for e in units) else [e for e in units if mention.said in (None, e.type)]
    if mention.said in UNIT_KINDS or mention.said in ("district", "province", "person"):
        return lost
    found = [*lost, *(e for e in mention.of(Kind.LANDMARK) if _called(mention, e))]
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
    score = _score(mention, around)
    chosen = _chosen(mention, around) if score else []
    # of a commune that was merged before 2025 only the district may be known
    units = frozenset[str]().union(*(around.area(e) for e in chosen)) if any(e.units for e in chosen) else frozenset[str]()
    return _Guess(mention, chosen if units else (), score, units)


def _score(mention: Mention, around: _Around) -> float:
    if mention.said in UNIT_KINDS:
        return _SAID_SO
    wide = mention.said is None and mention.of(Kind.DISTRICT)  # "Nam Sách" is the district, its commune needs "xã"
    if wide or mention.said in _NEVER_A_UNIT or (mention.said == "hamlet" and not mention.old):
        return 0
    # a bare name that is also a street's says little, and nothing where it is called a street's or a school's
    street = any(e.type == "street" for e in mention.of(Kind.LANDMARK)) and not mention.old
    if mention.said in ("street", "other", "institution") and street:
        return 0
    if mention.said in ("street", "other"):
        return _DOUBTFUL if len(mention.key) > 1 and mention.exact else 0
    if len(mention.key) == 1 or not mention.exact or (street and not around.districts):
        return _DOUBTFUL
    return _HINTED if mention.said == "institution" else _NAMED


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
    called = mention.said if mention.said in UNIT_KINDS else None
    units_so_called = [e for e in units if called in (None, e.type)]
    former_so_called = [e for e in former if called in (None, e.type)]
    if mention.old or inside:
        return _beside(former_so_called or former or units, around)
    if not around.districts and (near := _elsewhere(units_so_called, former_so_called, around)):
        return near
    if units_so_called and not around.today and not any(e.units & around.index.in_area for e in units_so_called):
        # today's unit of this name lies outside the area that is served, a former one inside
        return [*units_so_called, *(e for e in former_so_called if e.units & around.index.in_area)]
    return _beside(units_so_called or former_so_called or units or former, around)


def _beside(entries: list[Entry], around: _Around) -> list[Entry]:
    """Of several units of one name those where the landmarks are."""
    return (
        [e for e in entries if e.units & around.near]
        or [e for e in entries if e.district and e.district in around.near_districts]
        or entries
    )


def _elsewhere(units: list[Entry], former: list[Entry], around: _Around) -> list[Entry]:
    """The landmarks lie where a former unit of this name was, not where today's is: that one, or both if it is not certain."""
    near = around.near_districts
    if any(e.units & around.near or around.index.districts_of.get(e.key, frozenset()) & near for e in units):
        return []
    inside = [e for e in former if e.district in near]
    exactly = [
        e for e in inside if e.units & frozenset[str]().union(*(m.units for _, marks in around.landmarks for m in marks))
    ]
    return exactly or ([*units, *inside] if inside else [])


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
        today = any(e.kind is Kind.UNIT for e in entries)
        if len(inside) == 1 and len({g.mention.key for g in guesses}) == 1 and not around.districts and not today:
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


def _from_landmarks(around: _Around, doubtful: Sequence[_Guess]) -> Resolution | None:
    """A market, bridge or crossroads says where it is; a street less, for many are long, and some bear a unit's name."""
    also = {id(g.mention): g.units for g in doubtful}
    areas = {
        id(m): frozenset[str]().union(also.get(id(m), frozenset()), *(around.area(e) for e in entries))
        for m, entries in around.landmarks
        if any(e.units for e in entries)
    }
    known = [(m, entries) for m, entries in around.landmarks if id(m) in areas]
    if not known:
        return None
    spots = [k for k in known if any(e.type != "street" for e in k[1])] or known
    common = frozenset.intersection(*areas.values()) or frozenset.intersection(*(areas[id(m)] for m, _ in spots))
    return _at_landmark(common or frozenset().union(*(areas[id(m)] for m, _ in spots)), spots, around)


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
    vague = around.near_districts
    districts = around.districts or (vague if len(vague) == 1 else frozenset())
    if not districts:
        return Resolution(None)
    index = around.index
    of_district = sorted(frozenset[str]().union(*(index.units_of.get(d, frozenset()) for d in districts)))
    units = tuple(c for c in of_district if c in index.in_area) or tuple(of_district)
    if len(units) == 1:
        return Resolution(units[0], units, index.unit_names[units[0]], *index.centres[units[0]], reason="former")
    return Resolution(None, units, reason="district_only")
