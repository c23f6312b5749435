"""Vietnamese text as the whole product handles it. Standard library only: the bot's environment imports this module too."""

import re
import unicodedata

_INVISIBLE: dict[int, str | None] = dict.fromkeys(map(ord, "\u200b\u200c\u200e\u200f\u2060\ufeff\u00ad"))
_CONTROL = dict.fromkeys([*range(0, 9), 11, 12, *range(14, 32), 127], " ")
_UNSEEN = _INVISIBLE | _CONTROL
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_D = str.maketrans({"đ": "d", "Đ": "D", "Ð": "D", "ð": "d"})
_SPACES = re.compile(r"\s+")


def nfc(text: str) -> str:
    """The same text in NFC, without invisible characters; control characters become blanks. Line breaks stay.

    Lone surrogates, which PostgreSQL refuses to store, become U+FFFD.
    """
    clean = text.encode("utf-8", "replace").decode("utf-8") if _SURROGATE.search(text) else text
    return unicodedata.normalize("NFC", clean.translate(_UNSEEN))


def fold(text: str) -> str:
    """Lower case, no diacritics, đ as d, single blanks: the form in which everything is searched.

    >>> fold("Đèn  đường Nguyễn Lương Bằng")
    'den duong nguyen luong bang'
    """
    bare = unicodedata.normalize("NFD", text.translate(_D))
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    return squeeze(letters.lower())


def squeeze(text: str) -> str:
    """`text` with every run of white space as one blank, none at the ends."""
    return _SPACES.sub(" ", text).strip()


def utf16_len(text: str) -> int:
    """Length in UTF-16 code units, the unit in which Zalo and Telegram count."""
    return len(text.encode("utf-16-le")) // 2
