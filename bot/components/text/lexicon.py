"""The normal form of a token: what its writer most likely meant, learnt from the training texts and a table of short forms."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from api.core.text import fold
from bot.components.text import typing
from bot.components.text.segment import canonical_tone
from bot.components.text.syllable import folded, is_syllable

_RUN = re.compile(r"(\D)\1{2,}")
_DOUBLE = re.compile(r"(\D)\1")
_OLD_LETTERS = str.maketrans({"ð": "đ"})


class Lexicon:
    """Known words (with their counts) and short forms; `normal` never sees more than one token, so it is cached.

    Args:
        short_forms: lower-case short form → written out, possibly several syllables ("kco" → "không có").
        words: lower-case word in its canonical spelling → how many training texts hold it.
        least: a word of fewer texts counts as unknown, as it may itself be a typing error.
    """

    def __init__(self, short_forms: dict[str, str], words: dict[str, int], least: int = 2) -> None:
        self.short_forms = short_forms
        self.words = {word: n for word, n in words.items() if n >= least}
        self._bare = _counts_of_bare(self.words)
        self.normal = lru_cache(maxsize=20_000)(self._normal)

    @classmethod
    def learn(cls, texts: Iterable[list[str]], short_forms: dict[str, str]) -> "Lexicon":
        """From tokenized texts (lower case or not)."""
        counts: Counter[str] = Counter()
        for tokens in texts:
            counts.update({spelling(token) for token in tokens})
        return cls(short_forms, dict(counts))

    def to_json(self) -> dict[str, Any]:
        return {"short_forms": self.short_forms, "words": self.words}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Lexicon":
        return cls(stored["short_forms"], stored["words"], least=0)

    def knows(self, word: str) -> bool:
        """Whether a lower-case word, with or without its diacritics, is in the training texts."""
        return word in self.words or word in self._bare

    def _normal(self, token: str) -> str:
        word = spelling(token)
        if word in self.short_forms:
            return self.short_forms[word]
        if self.knows(word) or not any(c.isalpha() for c in word):
            return word
        for candidate in _repairs(word):
            found = self._accept(canonical_tone(candidate))
            if found:
                return found
        return self._split(word) or word

    def _accept(self, candidate: str) -> str | None:
        if candidate in self.short_forms:
            return self.short_forms[candidate]
        if candidate in self.words:
            return candidate
        bare = fold(candidate)
        return bare if bare in self._bare else None

    def _split(self, word: str) -> str | None:
        """ "đènđường" → "đèn đường": the two known words that are commonest together, if there are any."""
        if len(word) < 5 or not word.isalpha() or is_syllable(word):
            return None
        best, best_count = None, 0
        for i in range(2, len(word) - 1):
            count = min(self._count(word[:i]), self._count(word[i:]))
            if count > best_count:
                best, best_count = f"{word[:i]} {word[i:]}", count
        return best if best_count >= 5 else None

    def _count(self, word: str) -> int:
        return self.words.get(word) or self._bare.get(word, 0)


def spelling(token: str) -> str:
    """Lower case, Ð as đ, runs of a letter as one, the tone mark in its canonical place."""
    return canonical_tone(_RUN.sub(r"\1", token.lower().translate(_OLD_LETTERS)))


def _repairs(word: str) -> Iterable[str]:
    """Readings of an unknown word, likeliest first."""
    for read in (typing.from_telex(word), typing.from_vni(word)):
        if read:
            yield read
    single = _DOUBLE.sub(r"\1", word)
    if single != word:
        yield single


def _counts_of_bare(words: dict[str, int]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for word, n in words.items():
        counts[folded(word)] += n
    return dict(counts)
