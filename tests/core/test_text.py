"""One form of Vietnamese text everywhere."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.core.text import fold, nfc, utf16_len


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Đèn  đường\tNguyễn Lương Bằng", "den duong nguyen luong bang"), ("HOÀ Hòa", "hoa hoa"), ("Ðường", "duong"), ("", "")],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded


@given(st.text(max_size=200))
def test_nfc_is_storable_and_stable(text: str) -> None:
    clean = nfc(text)
    assert "\x00" not in clean
    assert nfc(clean) == clean
    clean.encode("utf-8")


def test_broken_and_invisible_characters_go() -> None:
    assert nfc("a\x00b\u200bc\ud800d") == "a bc?d"
    assert nfc("e\u0301") == "é"


def test_utf16_length() -> None:
    assert utf16_len("đường") == 5
    assert utf16_len("😀") == 2
