"""Figures about how well the bot understood labelled messages. Pure: no model, no files.

Types and categories: accuracy, and macro-F1 over every label that was expected or predicted at least once (a label that
nobody expected counts with 0, as in scikit-learn). Places: `exact_f1` is micro-F1 over whole place expressions, equal when
their syllables are; `overlap_f1` is micro-F1 over syllables, each counted as often as it stands there. A syllable is a run
of letters and digits, compared in NFC without case; punctuation and blanks do not count.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

WORST = 20
NOTHING = "-"  # stands for "no label" among the confusions


@dataclass(frozen=True)
class Judged:
    """One labelled message and what the bot made of it. `places` are the predicted place expressions, in order."""

    text: str
    register: str
    type: str
    category: str | None
    procedure: str | None
    location: str | None
    said_type: str
    said_category: str | None
    said_procedures: Sequence[str]  # best first
    said_places: Sequence[str]
    latency_ms: float

    def wrong(self) -> list[str]:
        """Which of the expected labels were missed: type, category, procedure, location."""
        missed = []
        if self.said_type != self.type:
            missed.append("type")
        if self.category and self.said_category != self.category:
            missed.append("category")
        if self.procedure and self.procedure not in self.said_procedures[:1]:
            missed.append("procedure")
        if _keys(self.said_places) != _keys([self.location] if self.location else []):
            missed.append("location")
        return missed


def report(lines: Sequence[Judged]) -> dict[str, Any]:
    """Everything that `langnghe nlu evaluate` prints."""
    types = [(x.type, x.said_type) for x in lines]
    categories = [(x.category, x.said_category or NOTHING) for x in lines if x.category]
    registers = sorted({x.register for x in lines})
    return {
        "n": len(lines),
        "type": classification(types),
        "category": classification(categories),
        "location": {"exact_f1": exact_f1(lines), "overlap_f1": overlap_f1(lines)},
        "procedure": procedure_hits(lines),
        "by_register": {r: _of_register([x for x in lines if x.register == r]) for r in registers},
        "latency_ms": {
            "p50": percentile([x.latency_ms for x in lines], 50),
            "p99": percentile([x.latency_ms for x in lines], 99),
        },
        "confusions": confusions({"type": types, "category": categories}),
    }


def _of_register(lines: Sequence[Judged]) -> dict[str, Any]:
    return {
        "n": len(lines),
        "type_accuracy": _accuracy([(x.type, x.said_type) for x in lines]),
        "category_accuracy": _accuracy([(x.category, x.said_category) for x in lines if x.category]),
        "location_overlap_f1": overlap_f1(lines),
    }


def classification(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Accuracy, macro-F1 and each expected label's precision, recall and count, of (expected, predicted) pairs."""
    hits = Counter(e for e, p in pairs if e == p)
    expected, predicted = Counter(e for e, _ in pairs), Counter(p for _, p in pairs)
    every = sorted((expected | predicted).keys() - {NOTHING})
    scores = [f1(hits[label], predicted[label] - hits[label], expected[label] - hits[label]) or 0.0 for label in every]
    return {
        "accuracy": _accuracy(pairs),
        "macro_f1": _round(sum(scores) / len(scores)) if scores else None,
        "labels": {
            label: {
                "precision": _ratio(hits[label], predicted[label]),
                "recall": _ratio(hits[label], expected[label]),
                "n": expected[label],
            }
            for label in every
        },
    }


def exact_f1(lines: Iterable[Judged]) -> float | None:
    """Micro-F1 over whole place expressions; None if no line has or got one."""
    return _micro_f1((_keys([x.location] if x.location else []), _keys(x.said_places)) for x in lines)


def overlap_f1(lines: Iterable[Judged]) -> float | None:
    """Micro-F1 over the syllables of places; None if no line has or got one."""
    return _micro_f1((Counter(syllables(x.location or "")), Counter(syllables(" ".join(x.said_places)))) for x in lines)


def _micro_f1(pairs: Iterable[tuple[Counter[Any], Counter[Any]]]) -> float | None:
    hits = extra = missed = 0
    for expected, predicted in pairs:
        common = (expected & predicted).total()
        hits += common
        extra += predicted.total() - common
        missed += expected.total() - common
    score = f1(hits, extra, missed)
    return None if score is None else _round(score)


def f1(hits: int, extra: int, missed: int) -> float | None:
    """2·hits / (2·hits + extra + missed); None of nothing."""
    total = 2 * hits + extra + missed
    return 2 * hits / total if total else None


def syllables(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).casefold())


def _keys(places: Iterable[str]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(syllables(place)) for place in places if place)


def procedure_hits(lines: Sequence[Judged]) -> dict[str, float | None]:
    """Share of the lines with a procedure whose procedure stands first, or among the first three."""
    asked = [x for x in lines if x.procedure]
    return {f"hit_at_{k}": _ratio(sum(x.procedure in x.said_procedures[:k] for x in asked), len(asked)) for k in (1, 3)}


def confusions(fields: dict[str, list[tuple[str, str]]]) -> list[dict[str, Any]]:
    """The most frequent wrong (expected, predicted) pairs of all fields, worst first."""
    counted = Counter((field, e, p) for field, pairs in fields.items() for e, p in pairs if e != p)
    worst = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:WORST]
    return [{"field": field, "expected": e, "predicted": p, "count": count} for (field, e, p), count in worst]


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The nearest-rank percentile."""
    if not values:
        return None
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)], 2)


def _accuracy(pairs: Sequence[tuple[Any, Any]]) -> float | None:
    return _ratio(sum(e == p for e, p in pairs), len(pairs))


def _ratio(part: int, whole: int) -> float | None:
    return _round(part / whole) if whole else None


def _round(value: float) -> float:
    return round(value, 4)
