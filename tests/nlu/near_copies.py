"""Finds near copies among sentences: Jaccard of word 5-grams of the folded text, through an inverted index.

`python -m tests.nlu.near_copies` lists the pairs of the test sets and of the training data.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from api.core.settings import ROOT
from api.core.text import fold

HERE = Path(__file__).parent
SETS = ("messages", "strangers", "addresses", "procedures", "signals")
LIMIT, GRAM = 0.7, 5
ANNOTATION = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
WORD = re.compile(r"\w+")

Line = tuple[str, str]  # where it stands, what it says


def rows(name: str) -> list[dict[str, Any]]:
    lines = (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def frozen_lines() -> list[Line]:
    return [(f"{name}:{number}", row["text"]) for name in SETS for number, row in enumerate(rows(name), 1)]


def training_lines() -> list[Line]:
    """Every example of every intent in nlu_data, without its annotations."""
    return [
        (f"{path.relative_to(ROOT)} {block['intent']}", ANNOTATION.sub(r"\1", line.strip()[2:]).strip())
        for path in sorted((ROOT / "nlu_data").rglob("*.yml"))
        for block in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("nlu") or []
        if "intent" in block
        for line in str(block.get("examples") or "").splitlines()
        if line.strip().startswith("- ")
    ]


def grams(text: str) -> frozenset[str]:
    """The 5-grams of its words; a shorter text is one gram, so that only its like equals it."""
    words = WORD.findall(fold(text)) or [fold(text)]  # an emoji is a text, too
    return frozenset(" ".join(words[at : at + GRAM]) for at in range(max(1, len(words) - GRAM + 1)))


def near_copies(lines: list[Line]) -> Iterator[tuple[float, Line, Line]]:
    sets = [grams(text) for _, text in lines]
    holders: dict[str, list[int]] = defaultdict(list)
    for at, found in enumerate(sets):
        for gram in found:
            holders[gram].append(at)
    shared = Counter(pair for at in holders.values() for pair in combinations(at, 2))
    for (one, other), common in sorted(shared.items()):
        likeness = common / len(sets[one] | sets[other])
        if likeness > LIMIT:
            yield likeness, lines[one], lines[other]


if __name__ == "__main__":
    for likeness, one, other in near_copies(frozen_lines() + training_lines()):
        print(f"{likeness:.2f}", *one, "|", *other, sep="  ")
