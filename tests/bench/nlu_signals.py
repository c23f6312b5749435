"""Marks of urgency on the frozen set: precision, recall and F1 of each, at the probability from which the product shows it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.core.settings import ROOT
from api.localities.taxonomy import signals, sure_from
from tests.bench.figures import Figure
from tests.bench.nlu_figures import calibration_error, figure, share
from tests.bench.nlu_models import Model

SET = ROOT / "tests" / "nlu" / "signals.jsonl"
F1_AIM = 0.75


@dataclass(frozen=True)
class Heard:
    """One message: which marks it bears, and the model's probability of each."""

    borne: frozenset[str]
    found: Mapping[str, float]

    @property
    def shown(self) -> frozenset[str]:
        return frozenset(code for code, least in sure_from().items() if self.found.get(code, 0.0) >= least)


Measure = Callable[[Sequence[Heard]], float | None]


def measure(model: Model) -> list[Figure]:
    rows = [json.loads(row) for row in SET.read_text(encoding="utf-8").splitlines()]
    return figures(heard(rows, model.parse([row["text"] for row in rows]).parses))


def heard(rows: Sequence[Mapping[str, Any]], parses: Sequence[Mapping[str, Any]]) -> list[Heard]:
    """Labelled rows beside the model's parse of each."""
    return [
        Heard(frozenset(row["signals"]), {one["name"]: float(one["confidence"]) for one in said["signals"]})
        for row, said in zip(rows, parses, strict=True)
    ]


def figures(lines: Sequence[Heard]) -> list[Figure]:
    each = [
        figure(f"Dấu hiệu “{name}”: {what}", lines, of(code), aim)
        for code, name in signals().items()
        for what, of, aim in (("đúng trong số đã báo", precision, None), ("tìm được", recall, None), ("F1", f1, F1_AIM))
    ]
    return [*each, figure("Dấu hiệu: sai số của xác suất (ECE)", lines, _calibration, None)]


def precision(code: str) -> Measure:
    """Of the messages shown with the mark, the share that bears it; None where it is never shown."""
    return lambda lines: share([code in line.borne for line in lines if code in line.shown])


def recall(code: str) -> Measure:
    """Of the messages that bear the mark, the share shown with it; None where none does."""
    return lambda lines: share([code in line.shown for line in lines if code in line.borne])


def f1(code: str) -> Measure:
    def value(lines: Sequence[Heard]) -> float | None:
        right = sum(code in line.borne & line.shown for line in lines)
        both = sum((code in line.borne) + (code in line.shown) for line in lines)
        return 2 * right / both if both else None

    return value


def _calibration(lines: Sequence[Heard]) -> float | None:
    return calibration_error([(line.found.get(code, 0.0), code in line.borne) for line in lines for code in signals()])
