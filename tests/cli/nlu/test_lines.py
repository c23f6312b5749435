"""Labelled files as operators write them: bad lines are named and skipped."""

import json
from pathlib import Path

from api.cli.nlu.lines import read_lines
from api.learning.words import types_of_intents
from api.localities import taxonomy

GOOD = {
    "text": "Đèn hỏng",
    "type": "report",
    "category": "street_light",
    "procedure": None,
    "location": None,
    "register": "clean",
}


def read(tmp_path: Path, *lines: bytes) -> tuple[list[str], list[str]]:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b"\n".join(lines))
    complaints: list[str] = []
    return [line.text for line in read_lines(file, complaints.append)], complaints


def line(**changes: object) -> bytes:
    return json.dumps({**GOOD, **changes}, ensure_ascii=False).encode()


def test_good_lines_and_unknown_keys(tmp_path: Path) -> None:
    assert read(tmp_path, line(), b"", line(text="hai", author="x")) == (["Đèn hỏng", "hai"], [])


def test_each_bad_line_is_named_with_its_number(tmp_path: Path) -> None:
    good, bad = read(
        tmp_path,
        b"{nonsense",
        line(),
        b"[1]",
        line(text="  "),
        line(type=None),
        line(type="joke"),
        line(category="rockets"),
        line(procedure="flying"),
        b'{"text": "\xff"}',
        line(text=5),
        b'{"text": "\\ud800", "type": "report"}',
    )
    assert good == ["Đèn hỏng"]
    assert [text.split(":")[0] for text in bad] == [f"Dòng {n}" for n in (1, 3, 4, 5, 6, 7, 8, 9, 10, 11)]
    assert bad[0] == "Dòng 1: không phải JSON; bỏ qua."
    assert "“joke” không có trong taxonomy.yml" in bad[4]


def test_a_separator_inside_a_text_does_not_end_its_line(tmp_path: Path) -> None:
    assert read(tmp_path, line(text="một\u2028hai\x85ba")) == (["một\u2028hai\x85ba"], [])


def test_every_intent_means_a_type_of_the_taxonomy() -> None:
    assert set(types_of_intents().values()) <= set(taxonomy.message_types())
    assert types_of_intents()["nlu_fallback"] == "out_of_scope"
