"""Two models side by side: the figures worked out by hand, the verdict, the words."""

import json
from dataclasses import replace

import pytest

from api.cli.nlu import words as nlu_words
from api.cli.nlu.lines import parse_line
from api.cli.nlu.paired import Outcome, Paired, Verdict, changed, compare, outcome, overall, tail
from tests.cli.nlu.judgements import judged

LINE = {"text": "Rác chất đống ở chợ Hội Đô", "type": "report", "category": "waste", "location": "chợ Hội Đô"}
FOUND = judged(**LINE)


def of(kind: str, *right: bool) -> list[Outcome]:
    return [Outcome(f"câu {n}", kind, kind if ok else "chitchat", {"type": ok}) for n, ok in enumerate(right)]


@pytest.mark.parametrize(("count", "total", "p"), [(0, 0, 1.0), (5, 5, 1 / 32), (4, 5, 6 / 32), (8, 10, 56 / 1024)])
def test_the_tail_is_exact(count: int, total: int, p: float) -> None:
    assert tail(count, total) == pytest.approx(p)


@pytest.mark.parametrize(
    ("lost", "gained", "verdict"),
    [(5, 0, Verdict.WORSE), (4, 0, Verdict.SAME), (0, 5, Verdict.BETTER), (12, 9, Verdict.SAME), (0, 0, Verdict.SAME)],
)
def test_only_more_than_chance_counts(lost: int, gained: int, verdict: Verdict) -> None:
    row = Paired("type", 100, 90, 90 - lost + gained, lost, gained)
    assert row.verdict == verdict
    assert overall([row, Paired("category", 50, 40, 40, 3, 3)]) == verdict


def test_an_emergency_is_guarded_more_closely() -> None:
    assert Paired("type", 30, 30, 28, 2, 0).verdict == Verdict.SAME
    assert Paired("emergency", 30, 30, 28, 2, 0).verdict == Verdict.WORSE
    assert Paired("emergency", 30, 30, 29, 1, 0).verdict == Verdict.SAME
    # gains elsewhere do not pay for it
    assert overall([Paired("type", 100, 80, 95, 0, 15), Paired("denunciation", 9, 9, 7, 2, 0)]) == Verdict.WORSE


def test_what_counts_for_a_line() -> None:
    line = parse_line(json.dumps(LINE).encode())
    assert outcome(line, FOUND).right == {"type": True, "category": True, "location": True}
    wrong = outcome(line, replace(FOUND, said_type="emergency", said_category="noise", said_places=()))
    assert wrong.right == {"type": False, "category": False, "location": False}
    assert (wrong.expected, wrong.said) == ("report/waste", "emergency/noise")
    asked = parse_line(json.dumps({"text": "làm hộ chiếu", "procedure": "passport"}).encode())
    found = replace(FOUND, type="question", category=None, procedure="passport", location=None, said_type="question")
    # the file says nothing about places: neither does the figure
    assert outcome(asked, found).right == {"type": True, "procedure": False}
    urgent = parse_line(json.dumps({"text": "cháy", "type": "emergency"}).encode())
    assert outcome(urgent, replace(FOUND, type="emergency", category=None)).right == {"type": False, "emergency": False}


def test_rows_and_changed_lines() -> None:
    old, new = of("report", True, True, False, False), of("report", True, False, True, True)
    (row,) = compare(old, new)
    assert (row.measure, row.n, row.old_right, row.new_right, row.lost, row.gained) == ("type", 4, 2, 3, 1, 2)
    better, worse = changed(old, new)
    assert [before.text for before, _ in better] == ["câu 2", "câu 3"]
    assert [before.text for before, _ in worse] == ["câu 1"]


def test_the_words_of_a_comparison() -> None:
    said = "\n".join(nlu_words.comparison(of("report", *[True] * 6), of("report", *[False] * 6), shown=2))
    assert "100,0 %" in said
    assert "KÉM HƠN" in said
    assert "Kém đi: 6 câu" in said
    assert "câu 0\n      đúng: Phản ánh | Phản ánh → Chào hỏi" in said
    assert "… và 4 câu nữa" in said
    assert said.endswith("Kết luận: mô hình mới kém hơn.")


def test_errors_are_grouped_the_most_frequent_first() -> None:
    lines = [parse_line(json.dumps(LINE).encode())] * 4
    found = [replace(FOUND, said_category="noise")] * 2 + [replace(FOUND, said_category="land", said_places=()), FOUND]
    said = list(nlu_words.errors(lines, found, shown=1))
    assert said[0] == "4 câu, 3 câu có chỗ hiểu sai."
    field = said.index("\nLĨNH VỰC: 3 câu")
    assert said[field + 1].endswith(": 2 câu")
    assert "→ hiểu thành" in said[field + 1]
    assert said[field + 3] == "      … và 1 câu nữa"
    assert "  bỏ sót địa điểm: 1 câu" in said
    assert said[-1].endswith("(đúng: chợ Hội Đô; bot: không có)")
