"""Which tokens of a text stand in a list of known phrases. Compared without diacritics, longest match first."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from api.core.text import fold, nfc
from bot.components.text.phrases import longest_by_first_word
from bot.components.text.segment import syllables

Phrase = tuple[str, ...]


class Gazetteer:
    """Phrases of several lists; `marks` says for each token in which lists it begins or continues a phrase."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._keep({name: {_key(p) for p in items} for name, items in phrases.items()})

    def to_json(self) -> dict[str, Any]:
        return {name: sorted(" ".join(p) for p in items) for name, items in self._lists.items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Sequence[str]]) -> "Gazetteer":
        gazetteer = cls({})
        gazetteer._keep({name: {tuple(p.split()) for p in items} for name, items in stored.items()})
        return gazetteer

    def marks(self, folded: Sequence[str]) -> list[list[str]]:
        """For each folded token "B-list" or "I-list" for every list with a phrase there."""
        found: list[list[str]] = [[] for _ in folded]
        for name, phrases in self._lists.items():
            longest = self._longest[name]
            end = 0  # of the last phrase found
            for i in [i for i, word in enumerate(folded) if word in longest]:
                if i < end:
                    continue
                size = min(longest[folded[i]], len(folded) - i)
                while size and tuple(folded[i : i + size]) not in phrases:
                    size -= 1
                end = i + size
                for k in range(i, end):
                    found[k].append(f"{'B' if k == i else 'I'}-{name}")
        return found

    def _keep(self, lists: dict[str, set[Phrase]]) -> None:
        self._lists = lists
        self._longest = {name: longest_by_first_word(phrases) for name, phrases in lists.items()}


def _key(phrase: str) -> Phrase:
    text = nfc(phrase)
    return tuple(fold(text[start:end]) for start, end in syllables(text))
