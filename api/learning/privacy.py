"""Takes personal data out of citizens' words, before anybody labels them or a file leaves the house.

Numbers keep their shape with every digit as 0, so a phone still looks like a phone to the model; names become “Nguyễn Văn A”.
House numbers go, lanes, streets and communes stay: they name a place and not a home. A person looks once more before export.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from api.core.text import fold
from api.learning.words import settings

Span = tuple[int, int]  # of the original text
_DIGITS = re.compile(r"\d")
_UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_SYLLABLE = rf"[{_UPPER}][^\W\d_]*"
_URL = re.compile(r"(?:https?://|www\.)\S+|\b(?:facebook|fb|zalo|tiktok|t)\.(?:com|me)/\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBERS = [
    # phones, identity cards, accounts, tax codes: eight digits and more, however they are grouped
    re.compile(r"(?<![\w/])\+?\d(?:[ .-]?\d){7,18}(?!\w)"),
    # number plates: 34B1-123.45, 15a 12345
    re.compile(r"\b\d{2}[ -]?[A-Za-zĐđ]{1,2}\d?[ .-]*\d{3}[ .]?\d{1,2}\b"),
    # our own numbers lead staff to the citizen
    re.compile(r"\b[A-Z]{2}\s?[-–.]?\s?\d{2}\s?[-–.]?\s?\d{3,6}\b", re.IGNORECASE),
    # houses: “số nhà 12”, “SN 12/5”, “số 7b”; and dates of birth
    re.compile(r"\b(?:số nhà|so nha|nhà số|nha so|sn|số|so)\s*\d+[a-zA-Z]?(?:/\d+[a-zA-Z]?)*\b", re.IGNORECASE),
    re.compile(r"\b(?:sinh|sn)\s+(?:ngày|ngay|năm|nam)?\s*\d[\d/. -]*", re.IGNORECASE),
]
_HOUSE_LAST = re.compile(r"(?<![\d.])\d{1,4}[a-z]?(?:/\d+[a-z]?)*$")
_HOUSE_FIRST = re.compile(r"\d+[a-zA-Z]?(?:/\d+[a-zA-Z]?)*(?=[ ,])")


def stripped(text: str, *, names: Iterable[str] = (), persons: Sequence[Span] = (), places: Sequence[Span] = ()) -> str:
    """`text` without personal data.

    `names`: known ones (of the citizen, of a ticket's contact), found with and without diacritics. `persons`, `places`: spans
    that the bot recognised; what lies in a place is no name of a person.
    """
    found = [*persons, *_known(text, names), *(span for span in _named(text) if not _touches(span, places))]
    return _replaced(text, _numbers(text, places) + [(start, end, _stand_in(text[start:end])) for start, end in found])


def _touches(span: Span, others: Iterable[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _numbers(text: str, places: Sequence[Span]) -> list[tuple[int, int, str]]:
    cuts = [(m.start(), m.end(), settings()["privacy"]["example_url"]) for m in _URL.finditer(text)]
    cuts += [(m.start(), m.end(), settings()["privacy"]["example_email"]) for m in _EMAIL.finditer(text)]
    found = [m for pattern in _NUMBERS for m in pattern.finditer(text)]
    # a place that begins with a number begins with a house: “12/5 Nguyễn Trãi”
    found += [m for start, end in places if (m := _HOUSE_FIRST.match(text, start, end))]
    digits = {m.start() + d.start() for m in found for d in _DIGITS.finditer(m.group())}
    return cuts + [(at, at + 1, "0") for at in digits]


def _known(text: str, names: Iterable[str]) -> Iterable[Span]:
    """Where a known name stands, whole, in whatever spelling."""
    folded, at = _folded_with_places(text)
    for name in names:
        wanted = fold(name)
        if len(wanted) > 1:
            for found in re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)", folded):
                yield at[found.start()], at[found.end() - 1] + 1


def _named(text: str) -> Iterable[Span]:
    """Names that their spelling or their surroundings give away."""
    titled, full = _capitals()
    if not _shouted(text):
        yield from (m.span("name") for m in titled.finditer(text) if not _after_place_word(text, m.start()))
    yield from (m.span("name") for m in full.finditer(text) if not _within_a_name(text, m.start()))
    folded, at = _folded_with_places(text)
    for found in [m for pattern in _bare() for m in pattern.finditer(folded)]:
        name = _before_end_word(found.group("name"))
        start, end = at[found.start("name")], at[found.start("name") + len(name) - 1] + 1
        plain = text[start:end]
        if " " in name and (plain.isascii() or plain.isupper()):
            yield start, end


def _shouted(text: str) -> bool:
    """Where most words begin with a capital, a capital tells no name."""
    words = [word for word in text.split() if word[0].isalpha()]
    return len(words) > 4 and sum(word[0].isupper() for word in words) > 0.6 * len(words)


@lru_cache(maxsize=1)
def _capitals() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """“ông Hùng”, “tôi là Nguyễn Văn Nam”; and a family name with more behind it wherever it stands."""
    words = settings()["privacy"]
    titled = (
        rf"(?<!\w)(?i:{_any(words['titles'])}|tên(?:\s+\w+){{1,3}}\s+là)\s*:?\s+(?P<name>{_SYLLABLE}(?:\s+{_SYLLABLE}){{0,3}})"
    )
    full = rf"(?<!\w)(?P<name>(?:{_any(words['families'])})(?:\s+{_SYLLABLE}){{1,3}})"
    return re.compile(titled), re.compile(full)


@lru_cache(maxsize=1)
def _bare() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """“toi la nguyen van nam”, “ong nguyen van nam”."""
    words = settings()["privacy"]
    family, middle = f"(?:{_any(words['bare_families'])})", f"(?:{_any(words['middle_names'])})"
    introduced = rf"(?<!\w)(?:{_any(words['introductions'])})\s*:?\s+(?P<name>{family}(?: [a-z]+){{1,3}})"
    titled = rf"(?<!\w)(?:{_any(words['bare_titles'])})\s+(?P<name>{family} {middle}(?: [a-z]+){{1,2}})"
    return re.compile(introduced), re.compile(titled)


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _after_place_word(text: str, start: int) -> bool:
    before = text[:start].rstrip(" .").casefold()
    return _HOUSE_LAST.search(before) is not None or any(
        re.search(rf"(?<!\w){re.escape(word)}$", before) for word in settings()["privacy"]["place_words"]
    )


def _within_a_name(text: str, start: int) -> bool:
    """“đường [Nguyễn Trãi]”, “Việt Nam [Lý Thường Kiệt]”: part of something longer that is no person."""
    before = text[:start].split(" ")
    return _after_place_word(text, start) or (len(before) > 1 and before[-1] == "" and before[-2][:1].isupper())


def _before_end_word(name: str) -> str:
    words = name.split(" ")
    ends = set(settings()["privacy"]["name_ends"])
    count = next((n for n, word in enumerate(words) if n > 1 and word in ends), len(words))
    return " ".join(words[:count])


def _stand_in(name: str) -> str:
    """A number of the same shape; or another name of the same kind: whole or short, with or without diacritics."""
    if _DIGITS.search(name):
        return _DIGITS.sub("0", name)
    words = settings()["privacy"]
    if len(name.split()) < 2:
        return str(words["short_name"])
    full = str(words["full_name"])
    return fold(full) if name == fold(name) else full


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """`text` folded letter by letter, and where each letter of that stood."""
    letters: list[str] = []
    at: list[int] = []
    for place, character in enumerate(text):
        bare = " " if character.isspace() else fold(character)
        if bare != " " or (letters and letters[-1] != " "):
            letters += bare
            at += [place] * len(bare)
    return "".join(letters), at


def _replaced(text: str, cuts: list[tuple[int, int, str]]) -> str:
    """The cuts made from left to right; of two that overlap the one that begins first, or is longer, counts."""
    made, done = [], 0
    for start, end, words in sorted(cuts, key=lambda cut: (cut[0], -cut[1])):
        if start >= done:
            made += [text[done:start], words]
            done = end
    return "".join([*made, text[done:]])
