"""How well words are resolved to today's units: official names in three spellings, and the free-text addresses in git.

Needs no database: the index is built from the pack. `python -m tests.bench.places` also lists what went wrong, by kind.
"""

import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from api.core.text import fold
from api.places.index import PlaceIndex
from api.places.pack import Reference, index_of_pack, reference
from api.places.resolve import Resolution, resolve
from tests.bench.figures import Figure

ADDRESSES = Path(__file__).parents[1] / "nlu" / "addresses.jsonl"
SHORT = {"phuong": "p.", "xa": "x.", "thi_tran": "tt.", "huyen": "huyện", "dac_khu": "đặc khu"}
MOST_ASKED = 8  # more candidates than this are no question


@dataclass(frozen=True)
class Case:
    """Words and the units that they may mean: one must be found, several must be asked about."""

    words: str
    units: frozenset[str]
    spelling: str


@cache
def index() -> PlaceIndex:
    return index_of_pack()


def official_names(known: Reference | None = None) -> Iterator[Case]:
    """Every unit of today and every former one: full, abbreviated, without diacritics."""
    known = known or reference()
    heirs: dict[str, set[str]] = defaultdict(set)
    for row in known.successions:
        heirs[row.former_code].add(row.unit_code)
    alike = Counter(fold(unit.name) for unit in known.units)
    same = {name: frozenset(u.code for u in known.units if fold(u.name) == name) for name in alike}
    for unit in known.units:
        code = frozenset([unit.code])
        yield Case(f"{unit.name}, Thành phố Hải Phòng", code, "full")
        yield Case(f"{SHORT[unit.kind]} {unit.short_name}", code, "abbreviated")
        yield Case(fold(unit.name), same[fold(unit.name)], "bare")  # without its mark "xa cam giang" is two communes
    for old in known.former:
        units = frozenset(heirs[old.code])
        district = old.district.replace("Thành phố", "TP").replace("Huyện", "h.").replace("Thị xã", "TX")
        yield Case(f"{old.name}, {old.district}, {old.province}", units, "full")
        yield Case(f"{SHORT[old.kind]} {old.short_name}, {district}", units, "abbreviated")
        yield Case(fold(f"{old.name} {old.district}"), units, "bare")


def addresses() -> Iterator[Case]:
    for line in ADDRESSES.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Case(row["text"], frozenset([row["unit"]] if row["unit"] else row["candidates"]), row["spelling"])


def wrong(case: Case, found: Resolution) -> str | None:
    """None if right, else the kind of error."""
    if len(case.units) == 1:
        if found.unit_code in case.units:
            return None
        if found.unit_code:
            return "another unit"
        return "asked though clear" if case.units <= set(found.candidates) else f"not found ({found.reason})"
    if found.unit_code:
        return "decided though open"
    asked = set(found.candidates)
    return None if case.units <= asked and len(asked) <= MOST_ASKED else f"not asked ({found.reason})"


def judged(cases: Iterable[Case]) -> list[tuple[Case, Resolution, str | None]]:
    found = [(case, resolve(case.words, index())) for case in cases]
    return [(case, answer, wrong(case, answer)) for case, answer in found]


def measure() -> list[Figure]:
    started = time.process_time()
    index()
    loading = time.process_time() - started
    names, free = judged(official_names()), judged(addresses())
    figures = [
        Figure("places: official names, three spellings", _share(names), "%", 98, least=True),
        Figure("places: free-text addresses", _share(free), "%", 90, least=True),
    ]
    for spelling in ("full", "abbreviated", "bare", "typo"):
        figures.append(Figure(f"places: addresses, {spelling}", _share([f for f in free if f[0].spelling == spelling]), "%"))
    figures.append(Figure("places: loading the index, processor time", loading, "s", 1))
    return [*figures, Figure("places: slowest of the addresses", max(map(_ms, addresses())), "ms", 5)]


def _share(found: list[tuple[Case, Resolution, str | None]]) -> float:
    return 100 * sum(error is None for _, _, error in found) / len(found)


def _ms(case: Case) -> float:
    """The quickest of three goes: what the resolver needs, not what else the machine did."""
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        resolve(case.words, index())
        taken.append(1000 * (time.perf_counter() - started))
    return min(taken)


def main() -> None:
    for figure in measure():
        print(figure)
    for title, cases in (("official names", official_names()), ("addresses", addresses())):
        errors = [(kind, case, found) for case, found, kind in judged(cases) if kind]
        print(f"\n{title}: {len(errors)} wrong {dict(Counter(kind for kind, _, _ in errors))}")
        if "-v" in sys.argv:
            for kind, case, found in errors:
                print(f"  {kind:<28} {case.words!r} → {found.unit_code} {found.candidates} {found.reason} {found.matched!r}")


if __name__ == "__main__":
    main()
