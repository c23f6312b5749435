"""Typing noise for training copies. Each function changes some pieces of a text; where the pieces begin is kept track of.

A text is a list of pieces (words, blanks, signs) that concatenate to it; `fixed` are the indices at which an entity begins
or ends, so that nothing is joined across them.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from api.core.text import fold
from bot.components.text import typing

_PIECE = re.compile(r"\w+|\s|[^\w\s]")
_NEIGHBOURS = {
    "a": "sq",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "k": "jl",
    "l": "k",
    "m": "n",
    "n": "bm",
    "o": "ip",
    "p": "o",
    "q": "wa",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
    "v": "cb",
    "x": "zc",
    "y": "tu",
}
_DIALECT = (("l", "n"), ("n", "l"), ("tr", "ch"), ("ch", "tr"), ("s", "x"), ("x", "s"), ("r", "d"), ("gi", "d"), ("d", "gi"))


@dataclass
class Pieces:
    """`words[i]` is the i-th piece; `fixed` the piece indices where an entity starts or has just ended."""

    words: list[str]
    fixed: frozenset[int]

    def offset(self, index: int) -> int:
        """Offset in characters of the index-th piece in the text that the pieces make now."""
        return sum(len(word) for word in self.words[:index])

    @property
    def text(self) -> str:
        return "".join(self.words)


def split(text: str, cuts: Sequence[int]) -> tuple[Pieces, dict[int, int]]:
    """Pieces of `text`, cut also at the offsets `cuts`; and for each cut the index of the piece that begins there."""
    bounds = sorted(
        {0, len(text), *cuts, *(m.start() for m in _PIECE.finditer(text)), *(m.end() for m in _PIECE.finditer(text))}
    )
    words = [text[start:end] for start, end in itertools.pairwise(bounds)]
    index_of = {bound: i for i, bound in enumerate(bounds)}
    at = {cut: index_of[cut] for cut in cuts}
    return Pieces(words, frozenset(at.values())), at


def strip_marks(pieces: Pieces, share: float, random: Random) -> None:
    """Takes the diacritics off each word with probability `share`; 1 makes the text bare."""
    for i, word in enumerate(pieces.words):
        if word.strip() and random.random() < share:
            pieces.words[i] = _bare(word)


def lower(pieces: Pieces, share: float, random: Random) -> None:
    """The whole text in lower case with probability `share`: who leaves out the diacritics mostly leaves out capitals."""
    if random.random() < share:
        pieces.words = [word.lower() if len(word.lower()) == len(word) else word for word in pieces.words]


def shorten(pieces: Pieces, share: float, random: Random, short_of: Mapping[str, Sequence[str]]) -> None:
    """Replaces words, and pairs of words, by a short form of theirs."""
    for i, word in enumerate(pieces.words):
        pair = "".join(pieces.words[i : i + 3]).lower()
        if " " in pair and pair in short_of and not {i + 1, i + 2} & pieces.fixed and random.random() < share:
            pieces.words[i : i + 3] = [random.choice(short_of[pair]), "", ""]
        elif word.lower() in short_of and random.random() < share:
            pieces.words[i] = random.choice(short_of[word.lower()])


def leave_keys(pieces: Pieces, share: float, random: Random) -> None:
    """Writes words as their Telex (or, one time in four, VNI) keys, as when the keyboard was off or too slow."""
    for i, word in enumerate(pieces.words):
        if word.isalpha() and _bare(word) != word and random.random() < share:
            keys = typing.to_vni(word.lower()) if random.random() < 0.25 else typing.to_telex(word.lower())
            pieces.words[i] = keys if random.random() < 0.5 else _tone_only(word.lower())


def mistype(pieces: Pieces, share: float, random: Random) -> None:
    """One wrong key in a word: a neighbour, a doubled, a missing or two swapped letters."""
    for i, word in enumerate(pieces.words):
        if len(word) > 2 and word.isalpha() and random.random() < share:
            pieces.words[i] = _wrong_key(word, random)


def speak(pieces: Pieces, share: float, random: Random) -> None:
    """Initial consonants as they are mixed up in Northern speech (l and n, tr and ch, s and x)."""
    for i, word in enumerate(pieces.words):
        for before, after in _DIALECT:
            if (
                len(word) > len(before) + 1
                and word.startswith(before)
                and word[len(before)] not in "ghr"
                and random.random() < share
            ):
                pieces.words[i] = after + word[len(before) :]
                break


def join(pieces: Pieces, share: float, random: Random) -> None:
    """Drops blanks between words, never at the edge of an entity."""
    for i, word in enumerate(pieces.words):
        if word == " " and not {i, i + 1} & pieces.fixed and random.random() < share:
            pieces.words[i] = ""


def dress(pieces: Pieces, share: float, random: Random) -> None:
    """Now and then the whole text in lower or upper case, or without its signs, or with blanks doubled."""
    if random.random() >= share:
        return
    kind = random.randrange(4)
    for i, word in enumerate(pieces.words):
        if kind == 0:
            pieces.words[i] = word.upper()
        elif kind == 1 or (kind == 2 and word in ",.!?;:" and i not in pieces.fixed and not _between_digits(pieces, i)):
            pieces.words[i] = word.lower() if kind == 1 else ""
        elif kind == 3 and word == " " and random.random() < 0.1:
            pieces.words[i] = "  "


def _between_digits(pieces: Pieces, i: int) -> bool:
    around = pieces.words[max(i - 1, 0) : i + 2]
    return len(around) == 3 and around[0][-1:].isdigit() and around[2][:1].isdigit()


@lru_cache(maxsize=50_000)
def _bare(word: str) -> str:
    lower = fold(word)
    if len(lower) != len(word):
        return word
    return "".join(b.upper() if w.isupper() else b for w, b in zip(word, lower, strict=True))


def _tone_only(word: str) -> str:
    """The commonest slip: the shapes are right, the tone key is left behind ("đường" → "đươngf")."""
    keys = typing.to_telex(word)
    if not keys or keys[-1] not in "fsrxj" or keys == typing.to_telex(_bare(word)):
        return keys
    return typing.without_tone(word) + keys[-1]


def _wrong_key(word: str, random: Random) -> str:
    i = random.randrange(1, len(word))
    kind = random.randrange(4)
    if kind == 0:
        return word[:i] + random.choice(_NEIGHBOURS.get(word[i].lower(), word[i])) + word[i + 1 :]
    if kind == 1:
        return word[:i] + word[i] + word[i:]
    if kind == 2:
        return word[:i] + word[i + 1 :]
    return word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :]
