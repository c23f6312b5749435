"""Writes the names of the pack's places into the lookup tables from which the bot learns to see a place.

`python -m api.cli.place_lookups` after a change of the pack; a test fails until it was done. Names that stand in the file
already are kept: a place need not be resolvable to be recognised.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import yaml

from api.core.settings import ROOT
from api.core.text import fold
from api.places.pack import Reference, reference

FILE = ROOT / "nlu_data" / "lookups" / "places.yml"
_INDENT = "    - "


def names(known: Reference) -> dict[str, set[str]]:
    """The pack's names by lookup table. One syllable alone ("Cõi") tells too little."""
    merged = {mark.said for mark in known.landmarks if mark.kind in ("xa", "phuong", "thi_tran")}
    streets = {mark.said for mark in known.landmarks if mark.kind == "street"}
    units = {unit.short_name for unit in known.units} | {old.short_name for old in known.former}
    others = {mark.said for mark in known.landmarks} - merged - streets
    tables = {"unit": units | merged, "street": streets, "landmark": others}
    return {table: {name for name in found if len(name.split()) > 1} for table, found in tables.items()}


def missing(path: Path = FILE) -> dict[str, list[str]]:
    """Names of the pack that the file lacks, compared without diacritics."""
    have = {table: {fold(name) for name in found} for table, found in _read(path).items()}
    lacking = {table: [n for n in sorted(found) if fold(n) not in have[table]] for table, found in names(reference()).items()}
    return {table: found for table, found in lacking.items() if found}


def add_missing(path: Path = FILE) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    for table, lacking in missing(path).items():
        start = next(i for i, line in enumerate(lines) if line.strip() == f"- lookup: {table}")
        end = next((i for i in range(start + 2, len(lines)) if not lines[i].startswith(_INDENT)), len(lines))
        lines[end:end] = _once(lacking)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _once(found: Iterable[str]) -> list[str]:
    return [f"{_INDENT}{name}" for name in {fold(name): name for name in found}.values()]


def _read(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)  # a table may be written in several parts
    for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
        found[block["lookup"]] += [line.strip()[2:] for line in block["examples"].splitlines()]
    return found


if __name__ == "__main__":
    add_missing()
