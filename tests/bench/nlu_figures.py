"""Figures over labelled messages with a 95 % interval. Pure: no model, no files."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from tests.bench.figures import Figure

Line = TypeVar("Line")
SAMPLES = 1000
BINS = 10
FALSE_REJECTIONS = 0.05


def bootstrap(lines: Sequence[Line], measure: Callable[[Sequence[Line]], float | None], seed: int = 0) -> tuple[float, float]:
    """The 2.5th and 97.5th percentile of `measure` over samples of the lines with replacement (Efron 1979)."""
    random = Random(seed)
    found = sorted(value for _ in range(SAMPLES) if (value := measure(random.choices(lines, k=len(lines)))) is not None)
    return found[int(0.025 * len(found))], found[int(0.975 * (len(found) - 1))]


def figure(
    what: str,
    lines: Sequence[Line],
    measure: Callable[[Sequence[Line]], float | None],
    limit: float | None = None,
    least: bool = True,
) -> Figure:
    """`measure` of the lines in percent, its interval among the words."""
    value = measure(lines)
    low, high = bootstrap(lines, measure) if value is not None else (0.0, 0.0)
    words = f"{what} [{100 * low:.1f}–{100 * high:.1f}]"
    return Figure(words, 100 * (value or 0.0), "%", None if limit is None else 100 * limit, least)


def share(right: Sequence[bool]) -> float | None:
    return sum(right) / len(right) if right else None


def calibration_error(judged: Sequence[tuple[float, bool]]) -> float | None:
    """Expected calibration error of (confidence, right) in ten bins of equal width (Naeini 2015)."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in judged:
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    if not judged:
        return None
    gaps = (abs(sum(c for c, _ in part) - sum(r for _, r in part)) for part in bins)
    return sum(gaps) / len(judged)


def recall_at_false_rejection(scores: Sequence[tuple[float, bool]]) -> float | None:
    """Of (score of being out of scope, is out of scope): the share found where 5 % of what is in scope is refused."""
    inside = sorted((score for score, outside in scores if not outside), reverse=True)
    outside = [score for score, is_outside in scores if is_outside]
    if not inside or not outside:
        return None
    limit = inside[int(FALSE_REJECTIONS * len(inside))]
    return sum(score > limit for score in outside) / len(outside)
