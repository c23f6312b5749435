"""From a citizen's words to today's unit, offline. Pure: the index is handed in.

A name is believed by what stands before it ("phường", "xã", "p."), by the district named beside it, and not at all where
it is part of a street's or a bridge's name. What remains open is asked, never guessed.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from api.core.text import fold
from api.places.index import Entry, Kind, PlaceIndex, spelling

_WORD = re.compile(r"[a-z0-9]+")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_SYLLABLE = re.compile(r"[^\s,.;:!?()/\"'-]+")
LONGEST_NAME = 5  # syllables

# words before a name that say what it is; the longest fits first
_UNIT_WORDS = {
    "phuong": "phuong", "p": "phuong", "f": "phuong", "fuong": "phuong", "phg": "phuong",
    "xa": "xa", "x": "xa",
    "thi tran": "thi_tran", "tt": "thi_tran", "t tran": "thi_tran",
    "dac khu": "dac_khu",
}  # fmt: skip
_DISTRICT_WORDS = {"huyen", "h", "thanh pho", "tp", "thi xa", "tx", "quan", "q", "tinh"}
_OTHER_WORDS = {
    "duong", "pho", "ngo", "ngach", "hem", "dai lo", "cau", "cho", "truong", "thon", "xom", "kdc", "khu dan cu",
    "lang", "ap", "kcn", "khu cong nghiep", "cum cong nghiep", "ccn", "ben xe", "ga", "ho", "song", "den", "chua",
    "dinh", "thcs", "thpt", "tieu hoc", "mam non", "benh vien", "cong ty", "cty", "nga tu", "nga ba", "nga nam",
    "ong", "ba", "anh", "chi", "em", "toi la", "ten", "ten la", "quoc lo", "ql", "tinh lo", "tl", "khu do thi", "kdt",
    "khu", "so", "toa nha", "chung cu", "nha van hoa", "nha thuoc", "sieu thi", "pho co", "vuon hoa", "quang truong",
    "cong vien", "thap", "nha hang", "khach san", "dai hoc", "cao dang", "hoc vien",
}  # fmt: skip


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
class _Match:
    start: int
    end: int
    entries: tuple[Entry, ...]
    said_kind: str | None  # phuong | xa | thi_tran | dac_khu | district | other | None
    old: bool  # followed by "cũ"


def resolve(text: str, index: PlaceIndex) -> Resolution:
    """The unit that `text` names, if it names one."""
    words = [spelling(w) for w in _WORD.findall(_spaced(text))]
    matches = list(_matches(words, index))
    districts = {e.key for m in matches for e in m.entries if _means_district(m, e)}
    found = [_judge(_as_written(m, text), districts, index) for m in matches]
    best = max((score for score, _, _ in found), default=0.0)
    if best < 1:
        return _from_landmark(matches, index) or _only_district(districts, index)
    return _answer([(m, units) for score, m, units in found if score == best], words, index)


def _as_written(match: _Match, text: str) -> _Match:
    """Of several names that fold alike ("Cẩm Giang", "Cẩm Giàng") the one written out with its marks, if one is."""
    if len(match.entries) < 2:
        return match
    lower = _marked(text)
    written = tuple(e for e in match.entries if e.kind is not Kind.DISTRICT and _marked(e.bare_name) in lower)
    return (
        replace(match, entries=written + tuple(e for e in match.entries if e.kind is Kind.DISTRICT))
        if written and any(ord(c) > 127 for c in lower)
        else match
    )


def _marked(text: str) -> str:
    """Lower case with diacritics, the marks apart from their letters, so that "Hoà" and "Hòa" agree."""
    syllables = _SYLLABLE.findall(unicodedata.normalize("NFD", text.lower()))
    return f" {' '.join(''.join(sorted(s, key=lambda c: c in _TONES)) for s in syllables)} "


def _spaced(text: str) -> str:
    # "p.Tân Bình", "tp.hd", "P7": the mark after an abbreviation parts it from the name
    return re.sub(r"\b(tphd)\b", "tp hai duong", fold(text))


def _matches(words: Sequence[str], index: PlaceIndex) -> Iterator[_Match]:
    """Names in the text, longest first at each place, none inside another."""
    at = 0
    while at < len(words):
        # "thị trấn Phú Thái" holds no "Trần Phú"
        if " ".join(words[at : at + 2]) in _UNIT_WORDS:
            at += 2
            continue
        match = _match_at(words, at, index)
        if match is None:
            at += 1
            continue
        yield match
        at = match.end


def _match_at(words: Sequence[str], at: int, index: PlaceIndex) -> _Match | None:
    for length in range(min(LONGEST_NAME, len(words) - at), 0, -1):
        entries = index.names.get(tuple(words[at : at + length]))
        if entries:
            end = at + length
            old = end < len(words) and words[end] == "cu"
            return _Match(at, end, entries, _said_kind(words, at), old)
    return None


def _said_kind(words: Sequence[str], at: int) -> str | None:
    for length in (3, 2, 1):
        before = " ".join(words[max(0, at - length) : at]) if at >= length else ""
        if before in _UNIT_WORDS:
            return _UNIT_WORDS[before]
        if before in _DISTRICT_WORDS:
            return "district"
        if before in _OTHER_WORDS:
            return "other"
    return None


def _means_district(match: _Match, entry: Entry) -> bool:
    return entry.kind is Kind.DISTRICT and match.said_kind in (None, "district")


def _judge(match: _Match, districts: set[str], index: PlaceIndex) -> tuple[float, _Match, frozenset[str]]:
    """How surely this name is a unit, and the units of today that it then means."""
    if match.said_kind in ("district", "other"):
        return 0, match, frozenset()
    units = [e for e in match.entries if e.kind is Kind.UNIT]
    former = [e for e in match.entries if e.kind is Kind.FORMER]
    if districts:
        inside = [e for e in former if e.district in districts]
        former = inside or ([] if units else former)
        units = [e for e in units if index.districts_of.get(e.key, frozenset()) & districts] or ([] if inside else units)
    chosen = _chosen(match, units, former, districts)
    if not chosen:
        return 0, match, frozenset()
    area = frozenset().union(*(e.units for e in chosen))
    if match.said_kind:
        return 3, match, area
    # a bare name that is also a district's, or a street's, says little
    kinds = {e.kind for e in match.entries}
    street = Kind.LANDMARK in kinds and not districts and not match.old
    if match.end - match.start == 1 or Kind.DISTRICT in kinds or street:
        return 0.5, match, area
    return 2, match, area


def _chosen(match: _Match, units: list[Entry], former: list[Entry], districts: set[str]) -> list[Entry]:
    """Among today's unit and former ones of the same name: the one that the words point to."""
    units_so_called = [e for e in units if match.said_kind in (None, e.type)]
    former_so_called = [e for e in former if match.said_kind in (None, e.type)]
    if match.old or (districts and former):
        return former_so_called or former or units
    return units_so_called or former_so_called or units or former


def _answer(found: list[tuple[_Match, frozenset[str]]], words: Sequence[str], index: PlaceIndex) -> Resolution:
    common = frozenset.intersection(*(units for _, units in found))
    units = common or frozenset().union(*(units for _, units in found))
    match = found[0][0]
    matched = " ".join(words[match.start : match.end])
    ordered = tuple(sorted(units, key=lambda code: (code not in index.in_area, code)))
    if len(ordered) > 1:
        inside = tuple(code for code in ordered if code in index.in_area)
        if len(inside) == 1 and len(match.entries) > 1:
            ordered = inside
    if len(ordered) == 1:
        lat, lon = index.centres[ordered[0]]
        today = any(e.kind is Kind.UNIT and e.key == ordered[0] for e in match.entries)
        reason = "outside" if ordered[0] not in index.in_area else "exact" if today else "former"
        return Resolution(ordered[0], ordered, matched, lat, lon, reason)
    reason = "split" if len(match.entries) == 1 else "ambiguous"
    return Resolution(None, ordered, matched, reason=reason)


def _from_landmark(matches: Sequence[_Match], index: PlaceIndex) -> Resolution | None:
    """A market, bridge or crossroads that lies in one unit says where it is; the longest name is the surest."""
    known = [
        (m, e)
        for m in matches
        for e in m.entries
        if e.kind is Kind.LANDMARK and len(e.units) == 1 and m.said_kind != "district"
    ]
    if not known:
        return None
    _, entry = max(known, key=lambda pair: pair[0].end - pair[0].start)
    (unit,) = entry.units
    lat, lon = entry.point or index.centres[unit]
    return Resolution(unit, (unit,), entry.name, lat, lon, "landmark")


def _only_district(districts: set[str], index: PlaceIndex) -> Resolution:
    if not districts:
        return Resolution(None)
    of_district = sorted(code for code, of in index.districts_of.items() if of & districts)
    units = tuple(c for c in of_district if c in index.in_area) or tuple(of_district)
    if len(units) == 1:
        return Resolution(units[0], units, index.unit_names[units[0]], *index.centres[units[0]], reason="former")
    return Resolution(None, units, reason="district_only")
