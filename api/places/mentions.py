"""Finds the names in a text: the longest at each place, none inside another, none across a comma."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from api.places import word_kinds
from api.places.index import Entry, Key, Kind, PlaceIndex
from api.places.typos import near
from api.places.words import Word, toneless, words

_SAID = (
    word_kinds.UNIT
    | dict.fromkeys(word_kinds.OTHER, "other")
    | dict.fromkeys(word_kinds.PERSON, "person")
    | dict.fromkeys(word_kinds.INSTITUTION, "institution")
    | dict.fromkeys(word_kinds.STREET, "street")
    | dict.fromkeys(word_kinds.HAMLET, "hamlet")
    | dict.fromkeys(word_kinds.DISTRICT, "district")
    | dict.fromkeys(word_kinds.PROVINCE, "province")
)
UNIT_KINDS = frozenset(word_kinds.UNIT.values())
_NUMBERED = {"khu", "to", "doi", "thon", "xom", "cum", "pho", "khoi", "ap", "cu", "kp"}  # "khu 3 Cẩm Thượng"
_PLAIN = {"km", "lo", "kiot", "tang"}  # a number after these says nothing of the name
_LONGEST_SAID = 3  # words
_MOST_SPELLINGS = 24


@dataclass(frozen=True)
class Mention:
    """A name at words `start` … `end`, and all that it may mean.

    said: what the words before it call it: phuong | xa | thi_tran | dac_khu | district | province | street | hamlet |
    institution | person | other; None if nothing. old: "cũ" follows. exact: spelled as the name is, marks included or left out.
    """

    start: int
    end: int
    key: Key
    entries: tuple[Entry, ...]
    said: str | None
    old: bool
    exact: bool

    def of(self, *kinds: Kind) -> list[Entry]:
        return [e for e in self.entries if e.kind in kinds]


class Reader:
    """One text being read: its words, and what each may have been meant to be."""

    def __init__(self, text: str, index: PlaceIndex) -> None:
        self._index = index
        self._words = [mended for word in words(text) for mended in _mended(word, index)]
        self._guesses = [index.mender.guesses(w.text) for w in self._words]

    def mentions(self) -> list[Mention]:
        found: list[Mention] = []
        at = 0
        while at < len(self._words):
            floor = found[-1].end if found else 0
            if passed := self._skipped(at):
                at += passed
                continue
            mention = self._at(at, floor)
            if mention is None:
                at += 1
                continue
            found.append(mention)
            at = mention.end
        return found

    def _skipped(self, at: int) -> int:
        """Words that begin no name: "thị trấn Phú Thái" holds no "Trần Phú", "phường Hưng Đạo" no "Phương Hưng"."""
        two = " ".join(w.text for w in self._words[at : at + 2])
        if two in word_kinds.UNIT and not self._broken(at, at + 2):
            return 2
        word = self._words[at]
        unit_word = word.text in word_kinds.UNIT and (word.is_bare or word.marked in _WRITTEN_UNITS)
        return 1 if unit_word and self._longest(at + 1)[0] > 1 else 0

    def _at(self, at: int, floor: int) -> Mention | None:
        length, key = self._longest(at)
        said = self._said(at, floor)
        if not length and said is not None and said in UNIT_KINDS:
            length, key = self._nearly(at, said)
        if not length:
            return None
        entries, exact = self._as_written(key, at, called=said in UNIT_KINDS)
        if not entries:
            return None
        return Mention(at, at + length, key, entries, said, self._old(at + length), exact)

    def _longest(self, at: int) -> tuple[int, Key]:
        for length in range(min(self._index.longest, len(self._words) - at), 0, -1):
            if self._broken(at, at + length):
                continue
            for key in self._spellings(at, at + length):
                if key in self._index.names:
                    return length, key
        return 0, ()

    def _spellings(self, start: int, end: int) -> Iterator[Key]:
        options = itertools.product(*self._guesses[start:end])
        for option in itertools.islice(options, _MOST_SPELLINGS):
            yield tuple(syllable for guess in option for syllable in guess)

    def _nearly(self, at: int, called: str) -> tuple[int, Key]:
        """After "phường" or "xã": the one name that differs in one letter of one syllable ("Bình Hàng")."""
        for length in (4, 3, 2):
            if at + length > len(self._words) or self._broken(at, at + length):
                continue
            said = tuple(w.text for w in self._words[at : at + length])
            found = {
                key
                for i in range(length)
                for key in self._index.alike.get((*said[:i], "*", *said[i + 1 :]), ())
                if len(said[i]) > 2 and near(said[i], key[i]) and any(e.type == called for e in self._index.names[key])
            }
            if len(found) == 1:
                return length, found.pop()
        return 0, ()

    def _broken(self, start: int, end: int) -> bool:
        return any(w.breaks for w in self._words[start + 1 : end])

    def _as_written(self, key: Key, at: int, *, called: bool) -> tuple[tuple[Entry, ...], bool]:
        """Of several names that fold alike ("Cẩm Giang", "Cẩm Giàng") those written out with their marks, if any are."""
        entries = self._index.names[key]
        said = self._words[at : at + len(key)]
        if all(w.is_bare for w in said):
            return entries, True
        exactly = tuple(e for e in entries if tuple(w.marked for w in said) == e.marks)
        fitting = exactly or tuple(e for e in entries if _agree(said, key, e.marks))
        if fitting:
            return tuple(e for e in entries if e in fitting or e.kind is Kind.DISTRICT), True
        # "Ngọc Chậu" is a slip of the tone, "năm hai" is not Nam Hải
        units = [e for e in entries if e.kind is not Kind.LANDMARK]
        return tuple(e for e in units if called or _agree(said, key, e.marks, toneless)), False

    def _old(self, end: int) -> bool:
        return end < len(self._words) and self._words[end].text in word_kinds.AFTER_OLD

    def _said(self, at: int, floor: int) -> str | None:
        """What the words between the last name and this one call it."""
        if at > floor and self._words[at - 1].is_number and not self._words[at].breaks:
            return self._after_number(at - 1, floor)
        for length in range(_LONGEST_SAID, 0, -1):
            start = at - length
            if start >= floor and not self._broken(start, at + 1):
                said = _SAID.get(" ".join(self._guesses[i][0][0] for i in range(start, at)))
                if said:
                    return said
        return None

    def _after_number(self, at: int, floor: int) -> str | None:
        """ "25 Quang Trung" is a street; "khu 3 Cẩm Thượng" is not."""
        before = self._words[at - 1].text if at > floor and not self._words[at].breaks else ""
        if before in _NUMBERED or before in _PLAIN:
            return None
        return "street"


_WRITTEN_UNITS = {w.marked for name in ("phường", "xã") for w in words(name)}


def _mended(word: Word, index: PlaceIndex) -> list[Word]:
    """ "quangtrung" becomes two words at once; other guesses are kept until the whole name is known."""
    first = index.mender.guesses(word.text)[0]
    if len(first) == 1:
        return [word]
    return [Word(syllable, syllable, word.breaks and i == 0) for i, syllable in enumerate(first)]


def _agree(said: Sequence[Word], key: Key, name: Sequence[str], form: Callable[[str], str] = str) -> bool:
    """No mark of what was said contradicts the name; a mistyped syllable (one that was mended) contradicts nothing."""
    return all(
        w.is_bare or w.text != syllable or form(w.marked) == form(mark)
        for w, syllable, mark in zip(said, key, name, strict=False)
    )
