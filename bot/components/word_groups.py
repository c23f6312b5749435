"""Groups of words that mean about the same: which of them a message touches."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from api.core.text import nfc
from bot.components.text.phrases import longest_by_first_word
from bot.components.text.syllable import folded as fold


class WordGroups:
    """Group name → its phrases. A phrase typed with diacritics must bear the right ones; typed bare it matches bare.

    A single bare word matches only what it usually means, one of the words `usual` (see `usual_words`): it may be many.
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]], usual: Iterable[str] = ()) -> None:
        self._phrases = {name: list(items) for name, items in phrases.items()}
        self._usual = set(usual)
        self._by_folded: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for name, items in self._phrases.items():
            for words in {tuple(nfc(item).lower().split()) for item in items}:
                self._by_folded[tuple(map(fold, words))].append((name, words))
        self._longest = longest_by_first_word(self._by_folded)

    @classmethod
    def read(cls, lines: Iterable[str], where: str, words: Iterable[str] = ()) -> "WordGroups":
        """From lines "name = phrase, phrase"; a line without "=" raises ValueError. Lines of one name add up.

        `words` are all those of the training messages, in lower case.
        """
        phrases: dict[str, list[str]] = defaultdict(list)
        for line in lines:
            name, equals, items = line.partition("=")
            if not equals:
                raise ValueError(f"lookup {where}: {line!r} should read 'name = word, word'")
            phrases[name.strip()].extend(item.strip() for item in items.split(",") if item.strip())
        return cls(phrases, usual_words(words))

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "WordGroups":
        return cls(stored["phrases"], stored["usual"])

    def to_json(self) -> dict[str, Any]:
        single = {words[0] for found in self._by_folded.values() for _, words in found if len(words) == 1}
        return {"phrases": self._phrases, "usual": sorted(self._usual & single)}

    def find(self, words: Sequence[str], folded: Sequence[str]) -> list[str]:
        """The name of the group of every phrase in a text, once for each time it stands there.

        `words` are in lower case, `folded` the same without diacritics.
        """
        found: list[str] = []
        for start in range(len(folded)):
            for end in range(start + 1, min(start + self._longest.get(folded[start], 0), len(folded)) + 1):
                for name, phrase in self._by_folded.get(tuple(folded[start:end]), ()):
                    if self._means(words[start:end], folded[start:end], phrase):
                        found.append(name)
        return found

    def _means(self, typed: Sequence[str], bare: Sequence[str], phrase: Sequence[str]) -> bool:
        if len(phrase) == 1 and phrase[0] not in self._usual:
            return typed[0] == phrase[0]
        return all(word in (meant, plain) for word, meant, plain in zip(typed, phrase, bare, strict=True))


def usual_words(words: Iterable[str]) -> set[str]:
    """Of the words with diacritics those that are at least half of all that differ from them in diacritics alone."""
    counts = Counter(word for word in words if word != fold(word))
    alike: Counter[str] = Counter()
    for word, n in counts.items():
        alike[fold(word)] += n
    return {word for word, n in counts.items() if 2 * n >= alike[fold(word)]}
