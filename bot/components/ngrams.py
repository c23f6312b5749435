"""TF-IDF rows over word and character n-grams of the normal and the folded form of a message, and over its word groups.

One row of a message is (indices, values): ascending feature numbers and their weights, each block of unit length times its
weight, so that no block drowns another.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.components.text.syllable import folded

LONG_NUMBER = "0"
_LONG = 5  # digits, of one word or of neighbouring ones: "0904 112 233", "12/3/2025", but not "113" nor "2025"


class Row(NamedTuple):
    """A sparse vector. `fingerprint` is Rasa's, and need not look inside: the text decides everything."""

    indices: NDArray[np.int32]
    values: NDArray[np.float32]

    def fingerprint(self) -> str:
        return "row"

    def between(self, first: int, end: int) -> "Row":
        """The features `first` to `end` (without it), numbered from 0."""
        start, stop = self.indices.searchsorted([first, end])
        return Row(self.indices[start:stop] - np.int32(first), self.values[start:stop])


@dataclass(frozen=True)
class Forms:
    """One message in the forms that features are made of; word lists of equal meaning, not of equal length."""

    surface: list[str]
    normal: list[str]
    folded: list[str]
    groups: list[str] = field(default_factory=list)  # names of the word groups it touches

    @classmethod
    def of(cls, tokens: Iterable[tuple[str, str]]) -> "Forms":
        """From (surface, normal form) of each token."""
        pairs = list(tokens)
        normal = with_short_numbers(word for _, norm in pairs for word in norm.split())
        return cls([surface.lower() for surface, _ in pairs], normal, [folded(word) for word in normal])


def with_short_numbers(words: Iterable[str]) -> list[str]:
    """A long number as one sign: that there is one tells something, its digits would drown what is told beside it."""
    found: list[str] = []
    for number, run in groupby(words, _is_number):
        part = list(run)
        long = number and sum(char.isdigit() for word in part for char in word) >= _LONG
        found += [LONG_NUMBER] if long else part
    return found


def _is_number(word: str) -> bool:
    return any(map(str.isdigit, word)) and not any(map(str.isalpha, word))


@dataclass(frozen=True)
class Block:
    """One family of features: `unit` "word" or "char", n-grams of sizes `least` to `most`, of the form `form`.

    `first` or `last`: of so many words at the beginning or the end only, 0 of all; the signs that stand for beginning and end
    count, where n-grams of words have more than one. With a `name` it is also kept apart on the message.
    """

    form: str
    unit: str
    least: int
    most: int
    weight: float = 1.0
    name: str = ""
    first: int = 0
    last: int = 0

    @classmethod
    def parse(cls, config: dict[str, Any]) -> "Block":
        least, most = config["n"]
        rest = {name: config[name] for name in ("weight", "name", "first", "last") if name in config}
        return cls(config["form"], config["unit"], least, most, **rest)

    def grams(self, forms: Forms) -> list[str]:
        words: list[str] = getattr(forms, self.form)
        sizes = range(self.least, self.most + 1)
        if self.unit == "char":
            text = f" {' '.join(self._part(words))} "
            return [text[i : i + n] for n in sizes for i in range(len(text) - n + 1)]
        padded = self._part(["<", *words, ">"] if self.most > 1 else words)
        return [" ".join(padded[i : i + n]) for n in sizes for i in range(len(padded) - n + 1)]

    def _part(self, words: list[str]) -> list[str]:
        return words[-self.last :] if self.last else words[: self.first or None]


class Vocabulary:
    """The n-grams of one block with their inverse document frequencies; numbers start at `first`."""

    def __init__(self, block: Block, grams: Sequence[str], idf: NDArray[np.float32], first: int) -> None:
        self.block = block
        self.grams = grams
        self.idf = idf
        self.first = first
        self._number = {gram: i for i, gram in enumerate(grams)}

    @classmethod
    def of_counts(cls, block: Block, seen: Mapping[str, int], total: int, least: int, first: int) -> "Vocabulary":
        """Keeps the n-grams that `least` of the `total` groups have."""
        kept = sorted(gram for gram, n in seen.items() if n >= least)
        idf = np.log((1 + total) / (1 + np.array([seen[gram] for gram in kept], dtype=np.float32))) + 1
        return cls(block, kept, idf.astype(np.float32), first)

    def numbers(self, grams: Iterable[str]) -> NDArray[np.int32]:
        """The number of each n-gram within the block, -1 for one that was not kept."""
        return np.array([self._number.get(gram, -1) for gram in grams], np.int32)

    def row(self, forms: Forms) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Indices and values of the known n-grams, the values' Euclidean length being the block's weight (or 0)."""
        counts = Counter(map(self._number.get, self.block.grams(forms)))
        counts.pop(None, None)
        if not counts:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        indices = np.fromiter(counts, np.int32, len(counts))
        order = indices.argsort()
        indices = indices[order]
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts))[order])) * self.idf[indices]
        values *= self.block.weight / np.sqrt(values @ values)
        return indices + np.int32(self.first), values


class Features:
    """All blocks together."""

    def __init__(self, vocabularies: Sequence[Vocabulary]) -> None:
        self.vocabularies = vocabularies
        self.size = sum(len(v.grams) for v in vocabularies)

    def row(self, forms: Forms) -> Row:
        parts = [v.row(forms) for v in self.vocabularies]
        if not parts:
            return Row(np.empty(0, np.int32), np.empty(0, np.float32))
        return Row(np.concatenate([i for i, _ in parts]), np.concatenate([v for _, v in parts]))
