"""Choices in numbers and words, texts in parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.channels.contract import Button, OutgoingMessage
from api.channels.render import as_plain_text, chosen, parts
from api.core.text import utf16_len

BUTTONS = (Button("Đúng rồi", "/affirm"), Button("Sửa lại", "/correct"), Button("Hủy", "/cancel"))


@pytest.mark.parametrize(
    ("typed", "payload"),
    [
        ("2", "/correct"),
        ("hai", "/correct"),
        ("số 2", "/correct"),
        ("Chọn 1.", "/affirm"),
        ("đúng rồi", "/affirm"),
        ("huy", "/cancel"),
        ("3)", "/cancel"),
    ],
)
def test_a_typed_choice_counts(typed: str, payload: str) -> None:
    found = chosen(typed, BUTTONS)
    assert found is not None
    assert found.payload == payload


@pytest.mark.parametrize("typed", ["4", "0", "", "22", "ổ gà", "số 2 đường Thanh Niên", "²"])
def test_other_words_are_no_choice(typed: str) -> None:
    assert chosen(typed, BUTTONS) is None


def test_choices_are_numbered_below_the_text() -> None:
    assert as_plain_text(OutgoingMessage("Gửi nhé?", BUTTONS[:2])) == "Gửi nhé?\n1. Đúng rồi\n2. Sửa lại"
    assert as_plain_text(OutgoingMessage("Dạ.")) == "Dạ."


@given(st.text(min_size=0, max_size=400), st.integers(2, 60))
def test_parts_fit_and_lose_no_word(text: str, limit: int) -> None:
    got = list(parts(text, limit))
    assert all(0 < utf16_len(part) <= limit for part in got)
    assert "".join("".join(got).split()) == "".join(text.split())


def test_parts_end_at_sentences() -> None:
    assert list(parts("Một câu. Hai câu. Ba câu.", 18)) == ["Một câu. Hai câu.", "Ba câu."]
