"""Guesses at what a mistyped syllable was meant to be. Only words that cannot be Vietnamese syllables are touched.

So "Vieejt", "Hoaf", "Bihn", "quangtrung" are mended, but no good syllable is ever taken for a similar one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

_ONSET = "(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdghklmnprstvx])?"
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay e ec ech em en eng enh eo ep et eu i ia ich iec iem ien ieng iep iet ieu im in "
    "inh ip it iu o oa oac oach oai oam oan oang oanh oao oat oay oc oe oen oeo oet oi om on ong op ot u ua uan uang uat uay "
    "uan uc ue uech uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu uy uya uyen uyet uych uynh uyt y yem yen "
    "yet yeu uom uoi uan"
)
_SYLLABLE = re.compile(f"{_ONSET}(?:{'|'.join(sorted(set(_RHYMES.split()), key=len, reverse=True))})")
_DOUBLED = re.compile(r"([a-z])\1+")
_TONE_KEY = re.compile(r"(?<=[aeiouyw])[sfrxj](?=$|[aeiouycghmnpt]+$)|[sfrxj]$")
_SHORTEST_GUESS = 4  # letters; a shorter word has too many neighbours
_MOST_PARTS = 4


def is_syllable(word: str) -> bool:
    """Can this folded word be written in Vietnamese at all?

    >>> is_syllable("nguyen"), is_syllable("vieejt")
    (True, False)
    """
    return _SYLLABLE.fullmatch(word) is not None


class Mender:
    """Knows the syllables of all place names, and the words that stand before them."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(w for w in known if w.isalpha())
        self._by_gap: dict[str, set[str]] = defaultdict(set)
        for word in self._known:
            for gap in _gaps(word):
                self._by_gap[gap].add(word)

    def guesses(self, word: str) -> tuple[tuple[str, ...], ...]:
        """What `word` may be, each as one or more syllables, the likeliest first; itself alone if it is well formed."""
        if word in self._known or not word.isalpha() or is_syllable(word):
            return ((word,),)
        keyed = [k for k in _unkeyed(word) if k in self._known]
        if keyed:
            return tuple((k,) for k in keyed)
        parts = next((p for k in (word, *_unkeyed(word)) if (p := self._parts(k, _MOST_PARTS))), None)
        if parts:
            return (parts,)
        return tuple((k,) for k in self._near(word)) or ((word,),)

    def _parts(self, word: str, most: int) -> tuple[str, ...] | None:
        """ "quangtrung" → quang, trung."""
        if word in self._known:
            return (word,)
        if most == 1:
            return None
        for at in range(len(word) - 2, 1, -1):
            if word[:at] in self._known and (rest := self._parts(word[at:], most - 1)):
                return (word[:at], *rest)
        return None

    def _near(self, word: str) -> list[str]:
        """Known syllables one edit away: a letter too much, too few, another, or two changed round."""
        if len(word) < _SHORTEST_GUESS:
            return []
        gaps = set(_gaps(word))
        found = {known for gap in {word} | gaps for known in self._by_gap.get(gap, ())} | (gaps & self._known)
        return sorted(known for known in found if near(word, known))


def near(one: str, other: str) -> bool:
    """At most one edit apart (Damerau-Levenshtein)."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:])


def _unkeyed(word: str) -> list[str]:
    """Without the keys of Telex that were left in: doubled vowels, w, and a letter for the tone."""
    plain = _DOUBLED.sub(r"\1", word)
    shaped = plain.replace("w", "")
    toneless = [_TONE_KEY.sub("", w, count=1) for w in (shaped, plain)]
    return list(dict.fromkeys(w for w in (plain, shaped, *toneless, word.replace("w", "")) if w and w != word))


def _gaps(word: str) -> Iterator[str]:
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]
