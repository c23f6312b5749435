"""The figures of `langnghe nlu evaluate`, against numbers worked out by hand."""

import pytest

from api.cli.nlu import metrics as nlu_metrics
from tests.cli.nlu.judgements import judged

RIGHT = judged()
QUESTION = judged(
    text="làm khai sinh ở đâu",
    type="question",
    category=None,
    location=None,
    procedure="birth_registration",
    said_category="other",
    said_procedures=("birth_combo", "birth_registration"),
)


def test_accuracy_and_macro_f1() -> None:
    found = nlu_metrics.classification([("a", "a"), ("a", "b"), ("b", "b"), ("c", "b")])
    # a: P 1, R 1/2, F 2/3; b: P 1/3, R 1, F 1/2; c: F 0
    assert found["accuracy"] == 0.5
    assert found["macro_f1"] == pytest.approx((2 / 3 + 1 / 2 + 0) / 3, abs=1e-4)
    assert found["labels"]["b"] == {"precision": 0.3333, "recall": 1.0, "n": 1}
    assert found["labels"]["c"] == {"precision": None, "recall": 0.0, "n": 1}


def test_a_label_that_nobody_expected_counts_with_nothing() -> None:
    found = nlu_metrics.classification([("a", "a"), ("a", "x")])
    assert found["labels"]["x"] == {"precision": 0.0, "recall": None, "n": 0}
    assert found["macro_f1"] == pytest.approx((2 / 3 + 0) / 2, abs=1e-4)


def test_places_are_compared_by_syllables() -> None:
    same = judged(said_places=("NGÕ 12, Nguyễn Lương Bằng.",))
    assert nlu_metrics.exact_f1([same]) == 1.0
    shorter = judged(said_places=("Nguyễn Lương Bằng",))
    assert nlu_metrics.exact_f1([shorter]) == 0.0
    # 3 of 5 expected syllables, none too many
    assert nlu_metrics.overlap_f1([shorter]) == pytest.approx(2 * 3 / (2 * 3 + 0 + 2), abs=1e-4)


def test_a_place_where_none_is_counts_against_us() -> None:
    invented = judged(location=None, said_places=("đâu đó",))
    assert nlu_metrics.exact_f1([RIGHT, invented]) == pytest.approx(2 / 3, abs=1e-4)
    assert nlu_metrics.overlap_f1([RIGHT, invented]) == pytest.approx(10 / 12, abs=1e-4)
    assert nlu_metrics.exact_f1([QUESTION]) is None


def test_nfd_words_are_the_same_words() -> None:
    import unicodedata

    assert nlu_metrics.syllables(unicodedata.normalize("NFD", "Phường Bình Hàn")) == ["phường", "bình", "hàn"]


def test_procedures_among_the_first() -> None:
    assert nlu_metrics.procedure_hits([RIGHT, QUESTION]) == {"hit_at_1": 0.0, "hit_at_3": 1.0}
    assert nlu_metrics.procedure_hits([RIGHT]) == {"hit_at_1": None, "hit_at_3": None}


def test_percentiles_by_nearest_rank() -> None:
    values = [float(n) for n in range(1, 101)]
    assert nlu_metrics.percentile(values, 50) == 50.0
    assert nlu_metrics.percentile(values, 99) == 99.0
    assert nlu_metrics.percentile([3.0], 99) == 3.0
    assert nlu_metrics.percentile([], 50) is None


def test_the_worst_confusions_come_first_and_are_twenty_at_most() -> None:
    pairs = [("a", f"x{n:02}") for n in range(30)] + [("a", "z")] * 2
    found = nlu_metrics.confusions({"type": pairs})
    assert len(found) == 20
    assert found[0] == {"field": "type", "expected": "a", "predicted": "z", "count": 2}


def test_the_whole_report() -> None:
    wrong = judged(register="bare", said_type="question", said_category=None, latency_ms=4.0)
    found = nlu_metrics.report([RIGHT, QUESTION, wrong])
    assert found["n"] == 3
    assert found["type"]["accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    # the question has no category, so two lines count whatever their type
    assert found["category"]["accuracy"] == 0.5
    assert set(found["category"]["labels"]) == {"street_light"}
    assert found["by_register"]["bare"] == {
        "n": 1,
        "type_accuracy": 0.0,
        "category_accuracy": 0.0,
        "location_overlap_f1": 1.0,
    }
    assert found["latency_ms"] == {"p50": 2.0, "p99": 4.0}
    assert {"field": "category", "expected": "street_light", "predicted": "-", "count": 1} in found["confusions"]


def test_what_was_wrong_with_a_line() -> None:
    assert RIGHT.wrong() == []
    assert QUESTION.wrong() == ["procedure"]
    assert judged(said_type="x", said_category="y", said_places=()).wrong() == ["type", "category", "location"]
