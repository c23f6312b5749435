"""The arithmetic behind `scripts/bench nlu`."""

import pytest

from tests.bench.nlu_figures import bootstrap, calibration_error, recall_at_false_rejection, share


def test_an_interval_holds_the_share_and_narrows_with_more_lines() -> None:
    few, many = [True, True, False] * 10, [True, True, False] * 300
    (low, high), (lower, higher) = bootstrap(few, share), bootstrap(many, share)
    assert low < lower < 2 / 3 < higher < high
    assert bootstrap([True] * 5, share) == (1.0, 1.0)


def test_calibration_compares_what_was_claimed_with_what_was_right() -> None:
    assert calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == pytest.approx(0.0)
    assert calibration_error([(1.0, False), (0.0, False)]) == pytest.approx(0.5)
    assert calibration_error([]) is None


def test_recall_is_read_where_one_in_twenty_is_refused() -> None:
    inside = [(number / 100, False) for number in range(40)]  # two of forty may be refused: the limit is 0.37
    assert recall_at_false_rejection([*inside, (0.38, True), (0.37, True), (0.9, True), (0.1, True)]) == 0.5
    assert recall_at_false_rejection(inside) is None
