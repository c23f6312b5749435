"""Two models on the same labelled messages: what changed, and whether that is more than chance. Pure: no model, no files.

Only the lines on which exactly one of the two is right say anything (McNemar 1947); under "no difference" each of them falls
to either side with probability 1/2, so the probability of at least so many losses is an exact binomial tail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb

from api.cli.nlu.lines import Line
from api.cli.nlu.metrics import Judged

ALPHA = 0.05  # one-sided
# where a miss harms somebody, two losses without a gain are already too many: 1/2 · 1/2
CAREFUL = {"emergency": 0.25, "denunciation": 0.25}
MEASURES = ("type", "category", "procedure", "location", *CAREFUL)


class Verdict(StrEnum):
    BETTER = "better"
    SAME = "same"  # no difference that could not be chance
    WORSE = "worse"


@dataclass(frozen=True)
class Outcome:
    """One message and one model: which of the measures that apply to it were right, and what was said, for people."""

    text: str
    expected: str
    said: str
    right: dict[str, bool]


@dataclass(frozen=True)
class Paired:
    """One measure. `lost`: only the old model is right; `gained`: only the new one."""

    measure: str
    n: int
    old_right: int
    new_right: int
    lost: int
    gained: int

    @property
    def p_worse(self) -> float:
        """How often chance alone makes so many losses, or more, of so many changes."""
        return tail(self.lost, self.lost + self.gained)

    @property
    def p_better(self) -> float:
        return tail(self.gained, self.lost + self.gained)

    @property
    def verdict(self) -> Verdict:
        if self.p_worse <= CAREFUL.get(self.measure, ALPHA):
            return Verdict.WORSE
        return Verdict.BETTER if self.p_better <= ALPHA else Verdict.SAME


def tail(count: int, of: int) -> float:
    """P(X ≥ count) for X ~ Binomial(of, 1/2).

    >>> tail(5, 5)
    0.03125
    """
    return float(sum(comb(of, k) for k in range(count, of + 1)) / 2**of)


def outcome(line: Line, found: Judged) -> Outcome:
    """Places count only where the file says something about them (a line without the key does not)."""
    wrong = set(found.wrong())
    right = {"type": "type" not in wrong}
    right |= {key: key not in wrong for key in ("category", "procedure") if getattr(line, key)}
    if "location" in line.raw:
        right["location"] = "location" not in wrong
    if line.type in CAREFUL:
        right[line.type] = found.said_type == line.type
    said = _words(
        found.said_type, found.said_category if line.category else None, next(iter(found.said_procedures), None), line
    )
    return Outcome(line.text, _words(line.type, line.category, line.procedure, line), said, right)


def _words(kind: str, category: str | None, procedure: str | None, line: Line) -> str:
    """`report/waste`, or `question/passport` where a procedure was expected."""
    detail = category or (procedure if line.procedure else None)
    return f"{kind}/{detail}" if detail else kind


def compare(old: Sequence[Outcome], new: Sequence[Outcome]) -> list[Paired]:
    """One row for each measure that any line has. Both models have judged the same lines, in the same order."""
    rows = []
    for measure in MEASURES:
        pairs = [(a.right[measure], b.right[measure]) for a, b in zip(old, new, strict=True) if measure in a.right]
        if pairs:
            rows.append(
                Paired(
                    measure,
                    n=len(pairs),
                    old_right=sum(a for a, _ in pairs),
                    new_right=sum(b for _, b in pairs),
                    lost=sum(a and not b for a, b in pairs),
                    gained=sum(b and not a for a, b in pairs),
                )
            )
    return rows


def overall(rows: Sequence[Paired]) -> Verdict:
    """Worse if it is worse anywhere; better if it is better somewhere and worse nowhere."""
    verdicts = {row.verdict for row in rows}
    if Verdict.WORSE in verdicts:
        return Verdict.WORSE
    return Verdict.BETTER if Verdict.BETTER in verdicts else Verdict.SAME


def changed(
    old: Sequence[Outcome], new: Sequence[Outcome]
) -> tuple[list[tuple[Outcome, Outcome]], list[tuple[Outcome, Outcome]]]:
    """(lines that got better, lines that got worse), by the number of right measures."""
    better: list[tuple[Outcome, Outcome]] = []
    worse: list[tuple[Outcome, Outcome]] = []
    for before, after in zip(old, new, strict=True):
        difference = sum(after.right.values()) - sum(before.right.values())
        if difference:
            (better if difference > 0 else worse).append((before, after))
    return better, worse


def figures(outcomes: Sequence[Outcome]) -> dict[str, tuple[int, int]]:
    """measure → (right, of how many)."""
    return {row.measure: (row.old_right, row.n) for row in compare(outcomes, outcomes)}
