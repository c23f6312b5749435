"""The features as they are learnt, in one reading of all messages, and as they are found again in a single one."""

from typing import Any

import numpy as np
import pytest

from bot.components import counted
from bot.components.ngrams import Block, Forms, with_short_numbers

BLOCKS = [Block("normal", "word", 1, 2), Block("folded", "char", 3, 5, weight=0.4, name="bare")]
SAID = ["Đèn hỏng rồi", "đèn hỏng", "Rác đầy đường", "rac day duong", "", "x"]


def forms(text: str) -> Forms:
    return Forms.of((word, word.lower()) for word in text.split())


@pytest.mark.parametrize("times", [1, 100], ids=["few", "enough for several cores"])
def test_a_learnt_row_is_the_row_of_its_message(times: int) -> None:
    said = SAID * times
    features, rows = counted.learn(BLOCKS, said, forms, list(range(len(said))), least=2)
    for text, row in zip(said, rows, strict=True):
        again = features.row(forms(text))
        assert row.indices.tolist() == again.indices.tolist()
        assert np.allclose(row.values, again.values)
        assert (row.indices.dtype, row.values.dtype) == (np.int32, np.float32)


def test_a_message_and_its_copies_count_once() -> None:
    features, _ = counted.learn(BLOCKS[:1], SAID[:4], forms, [0, 0, 1, 2], least=2)
    assert features.vocabularies[0].grams == ["<", ">"]  # nothing else stands in two messages
    assert features.size == 2


def test_nothing_to_learn_is_nothing_learnt() -> None:
    features, (row,) = counted.learn(BLOCKS[1:], [""], forms, [0], least=1)
    assert features.size == row.indices.size == features.row(forms("đèn")).indices.size == 0


@pytest.mark.parametrize(
    ("config", "grams"),
    [
        ({"first": 2}, ["<", "cong", "< cong"]),
        ({"last": 2}, ["tac", ">", "tac >"]),
        ({}, ["<", "cong", "lang", "tac", ">", "< cong", "cong lang", "lang tac", "tac >"]),
        ({"first": 9}, ["<", "cong", "lang", "tac", ">", "< cong", "cong lang", "lang tac", "tac >"]),
        ({"unit": "char", "n": [3, 3], "last": 1}, [" ta", "tac", "ac "]),
    ],
    ids=["beginning", "end", "whole", "shorter than that", "letters"],
)
def test_a_block_may_look_at_one_end_only(config: dict[str, Any], grams: list[str]) -> None:
    block = Block.parse({"form": "folded", "unit": "word", "n": [1, 2], **config})
    assert block.grams(forms("Cống làng tắc")) == grams


@pytest.mark.parametrize(
    ("said", "known_by"),
    [
        ("Lan 0904 112 233", "Lan 0"),
        ("gọi 0904.112.233 nhé", "gọi 0 nhé"),
        ("hd - 26 - 000123", "hd - 26 - 0"),
        ("gọi 113 , ngõ 52 năm 2025 ql37", "gọi 113 , ngõ 52 năm 2025 ql37"),
        ("12/3/2025 lúc 7h", "0 lúc 7h"),
        ("", ""),
    ],
)
def test_which_long_number_it_is_does_not_count(said: str, known_by: str) -> None:
    assert with_short_numbers(said.split()) == known_by.split()


def test_two_telephone_numbers_make_the_same_features() -> None:
    assert forms("Lan 0904 112 233").folded == forms("Lan 0387998877").folded
