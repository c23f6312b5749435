"""Syllables with exact places in the text given, whatever its form."""

import itertools
import unicodedata

import pytest

from bot.components.text.alignment import clean
from bot.components.text.segment import syllables, word_starts
from bot.components.text.typing import from_telex, to_telex

TEXTS = [
    "Đèn đường ngõ 12 Nguyễn Lương Bằng hỏng 3 hôm rồi",
    "den duong  hong😀😀 roi,ad oi!!!",
    "sđt 0912.345.678, 7h30 số 12/3A",
    "",
    "😀",
]


@pytest.mark.parametrize("text", [*TEXTS, *(unicodedata.normalize("NFD", text) for text in TEXTS)])
def test_no_character_is_lost_and_none_is_in_two_tokens(text: str) -> None:
    spans = syllables(text)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    covered = {i for span in spans for i in range(*span)}
    assert all(i in covered for i, char in enumerate(text) if not char.isspace())
    assert all(text[slice(*span)].strip() for span in spans)


def test_a_word_begins_at_some_syllables() -> None:
    assert word_starts(["thành", "phố", "hỏng"]) == [True, False, True]
    assert word_starts([]) == []


def test_cleaning_composes_and_drops_the_invisible() -> None:
    assert clean(unicodedata.normalize("NFD", "đườ\u200bng")).text == "đường"


def test_keys_of_telex_go_both_ways() -> None:
    assert from_telex(to_telex("đường")) == "đường"
