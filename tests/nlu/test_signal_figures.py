"""The arithmetic behind the figures of `scripts/bench nlu` on marks of urgency."""

import pytest

from api.localities.taxonomy import sure_from
from tests.bench.nlu_signals import Heard, f1, figures, heard, precision, recall

LEAST = sure_from()["danger"]


def line(bears: bool, probability: float) -> Heard:
    return Heard(frozenset({"danger"} if bears else ()), {"danger": probability})


def test_a_mark_counts_from_the_probability_at_which_it_is_shown() -> None:
    # two of three shown are right, two of four borne are shown
    lines = [line(True, LEAST), line(True, 1.0), line(False, 1.0), line(True, LEAST - 0.01), line(True, 0.0), line(False, 0.1)]
    assert precision("danger")(lines) == pytest.approx(2 / 3)
    assert recall("danger")(lines) == pytest.approx(2 / 4)
    assert f1("danger")(lines) == pytest.approx(2 * 2 / (3 + 4))


def test_what_is_never_borne_nor_shown_has_no_figure() -> None:
    assert [of("danger")([line(False, 0.0)]) for of in (precision, recall, f1)] == [None, None, None]


def test_every_mark_has_its_three_figures() -> None:
    rows = [{"signals": list(sure_from())}, {"signals": []}]
    parses = [{"signals": [{"name": code, "confidence": sure} for code in sure_from()]} for sure in (1.0, 0.0)]
    found = figures(heard(rows, parses))
    assert len(found) == 3 * len(sure_from()) + 1
    assert [one.value for one in found] == [100.0] * 12 + [0.0]
