"""A clean copy of a text (NFC, no invisible characters) that remembers where each character came from."""

import unicodedata
from dataclasses import dataclass

from api.core.text import nfc


@dataclass(frozen=True)
class Clean:
    """`text` is what the engine reads; `starts[i]`, `ends[i]` are the offsets of its i-th character in the original."""

    text: str
    starts: list[int] | range
    ends: list[int] | range

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span [start, end) of the clean text as offsets into the original. `start` < `end`."""
        return self.starts[start], self.ends[end - 1]


def clean(raw: str) -> Clean:
    """NFC without invisible characters, whatever the form of the input."""
    whole = nfc(raw)
    if len(whole) == len(raw):  # nothing was dropped or joined: nearly every message
        return Clean(whole, range(len(raw)), range(1, len(raw) + 1))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(raw):
        piece = nfc(raw[start:end])
        while end > start + 1 and _is_invisible(raw[end - 1]):  # not part of the letter before it
            end -= 1
        letters.append(piece)
        starts.extend([start] * len(piece))
        ends.extend([end] * len(piece))
    return Clean("".join(letters), starts, ends)


def _clusters(raw: str) -> list[tuple[int, int]]:
    """Spans of a base character with the combining marks behind it: what NFC may join."""
    spans: list[tuple[int, int]] = []
    start = 0
    for i in range(1, len(raw) + 1):
        if i == len(raw) or not (unicodedata.combining(raw[i]) or _is_invisible(raw[i])):
            spans.append((start, i))
            start = i
    return spans


def _is_invisible(char: str) -> bool:
    """Such a character may stand between a letter and its mark, so it stays in the letter's cluster."""
    return not nfc(char)
