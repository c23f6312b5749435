"""Groups of words that mean about the same: which of them a message touches."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from api.core.text import nfc
from bot.components.text.phrases import longest_by_first_word
from bot.components.text.syllable import folded as fold


class WordGroups:
    """Group name → its phrases. A phrase typed with diacritics must bear the right ones; typed bare it matches bare."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._phrases = {name: list(items) for name, items in phrases.items()}
        self._by_folded: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for name, items in self._phrases.items():
            for words in {tuple(nfc(item).lower().split()) for item in items}:
                self._by_folded[tuple(map(fold, words))].append((name, words))
        self._longest = longest_by_first_word(self._by_folded)

    @classmethod
    def read(cls, lines: Iterable[str], where: str) -> "WordGroups":
        """From lines "name = phrase, phrase"; a line without "=" raises ValueError. Lines of one name add up."""
        phrases: dict[str, list[str]] = defaultdict(list)
        for line in lines:
            name, equals, items = line.partition("=")
            if not equals:
                raise ValueError(f"lookup {where}: {line!r} should read 'name = word, word'")
            phrases[name.strip()].extend(item.strip() for item in items.split(",") if item.strip())
        return cls(phrases)

    def to_json(self) -> dict[str, list[str]]:
        return self._phrases

    def find(self, words: Sequence[str], folded: Sequence[str]) -> list[str]:
        """The name of the group of every phrase in a text, once for each time it stands there.

        `words` are in lower case, `folded` the same without diacritics.
        """
        found: list[str] = []
        for start in range(len(folded)):
            for end in range(start + 1, min(start + self._longest.get(folded[start], 0), len(folded)) + 1):
                for name, phrase in self._by_folded.get(tuple(folded[start:end]), ()):
                    typed = zip(words[start:end], phrase, folded[start:end], strict=True)
                    if all(word in (meant, bare) for word, meant, bare in typed):
                        found.append(name)
        return found
