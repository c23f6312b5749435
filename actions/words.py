"""The words that the actions look for or fill in: words.yml. Whoever changes a word changes it there."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from api.core.text import fold
from api.localities.taxonomy import categories

_SYLLABLE = re.compile(
    r"^(ngh|ng|nh|th|tr|ch|gh|gi|kh|ph|qu|[bcdghklmnprstvx])?(?:[aeiouy]{1,3})(ng|nh|ch|[cmnpt])?$",
)
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))
    return loaded


def plain(text: str) -> str:
    """Folded words with single blanks, one blank at each end: " dia chi sai roi ". Marks are gone."""
    return f" {' '.join(_WORD.findall(fold(text)))} "


def has(text: str, signs: Iterable[str]) -> bool:
    """Whether one of the signs stands in the text as whole words."""
    said = plain(text)
    return any(f" {sign} " in said for sign in signs)


def short_field(code: str) -> str:
    """A category in at most four words; one that a pack added keeps its own name."""
    return str(words()["short_fields"].get(code) or categories().get(code, code))


def is_no(text: str) -> bool:
    return plain(text).strip() in words()["refusals"]


def readable(text: str) -> bool:
    """Whether at least half of the words could be Vietnamese syllables: "asdfgh" and "…" could not.

    >>> readable("cột đèn xiêu"), readable("zxcvb qwe"), readable("??")
    (True, False, False)
    """
    found = _WORD.findall(fold(text))
    return bool(found) and sum(bool(_SYLLABLE.match(word)) or word.isdigit() for word in found) * 2 > len(found)


def says_nothing(text: str) -> bool:
    """ "Tôi muốn phản ánh một việc": words that announce, and tell of nothing yet."""
    said = plain(text).split()
    return bool(said) and all(word in words()["says_nothing"] for word in said)


def name_in(text: str) -> str | None:
    """The name in "em là Lan 0912 345 678 nhé", None where nothing is left that could be one.

    >>> name_in("Bà Mai 0911 222 333"), name_in("sdt 0911222333"), name_in("hai")
    ('Bà Mai', None, None)
    """
    kept = list(_trimmed([word.strip(".,;:-()") for word in text.split()]))
    letters = [word for word in kept if word.isalpha()]
    if not letters or len(letters) > 5 or not all(_SYLLABLE.match(fold(word)) for word in letters):
        return None
    # "hai" answers another question; "Nam" is a name, and so is whatever stands beside a number
    if (
        len(letters) == 1
        and letters[0].islower()
        and fold(letters[0]) in words()["numbers"]
        and not any(c.isdigit() for c in text)
    ):
        return None
    return " ".join(letters)


def _trimmed(found: list[str]) -> Iterator[str]:
    before, after = words()["before_a_name"], words()["after_a_name"]
    left = [word for word in found if word and not any(c.isdigit() for c in word)]
    # "bác tên Hòa"
    named = max((i for i, word in enumerate(left) if word.lower() in ("tên", "ten")), default=-1)
    left = left[named + 1 :]
    while left and left[0].lower() in before:
        left = left[1:]
    while left and left[-1].lower() in after:
        left = left[:-1]
    return iter(left)
