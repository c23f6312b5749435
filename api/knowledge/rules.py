"""Pure parts of retrieval and of the card: terms, fusion, confidence, shortening."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from api.core.text import fold, squeeze

BEGINNING = 25  # characters of an item of a list that are kept at least
MAX_TERMS = 400  # of a question; more is a pasted document
_WORDS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))
STOPWORDS = frozenset(_WORDS["stop"].split())
SAME: dict[str, str] = _WORDS["same"]
LABELS: dict[str, str] = _WORDS["labels"]
UNCHECKED: str = _WORDS["unchecked"]
# measured on 2,037 training questions beside 396 that no article answers: the best compromise of the two
HINT_WEIGHT = 0.5  # of the bot's probability beside the words' own score, where the bot has a ranking
SURE_BY_WORDS = 0.5  # score from which the first article is shown at once, without a ranking of the bot
SURE_WITH_HINTS = 0.45
OFFERED_BY_WORDS = 0.42  # below it the truth is "em chưa biết"
OFFERED_WITH_HINTS = 0.3
BESIDE_THE_FIRST = 0.3  # share of the first one's score from which another title is offered too
_WORD = re.compile(r"[a-z0-9]+")
_ASIDE = re.compile(r"\s*\([^()]*\)")
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)")
_CLAUSE_END = re.compile(r"[.;:,](?=\s)")


def terms(text: str) -> tuple[list[str], list[str]]:
    """What is indexed and looked up: folded syllables that carry meaning, and pairs in which at least one does.

    >>> terms("Làm sổ đỏ ở đâu?")
    (['so'], ['lam_so', 'so_do'])
    """
    words = [part for word in _WORD.findall(fold(text)) for part in SAME.get(word, word).split()][:MAX_TERMS]
    telling = [word for word in words if word not in STOPWORDS]
    pairs = [f"{a}_{b}" for a, b in pairwise(words) if not (a in STOPWORDS and b in STOPWORDS)]
    return [word for word in telling if len(word) > 1 or not word.isdigit()], pairs


def strength(score: float, words: int, half: float) -> float:
    """A BM25 score as 0…1: `half` is the score a root-of-a-word at which it reaches one half. Long questions need more."""
    return score / (score + half * (words + 1) ** 0.5) if score > 0 else 0.0


def fuse(lexical: Mapping[str, float], hints: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Codes with scores 0…1, best first. `lexical`: code → strength; a hint of a code that it lacks is ignored.

    Without hints the words decide alone; a code that only the words or only the bot named gets its half.
    """
    known = {code: min(max(p, 0.0), 1.0) for code, p in hints if code in lexical}
    share = HINT_WEIGHT if known else 0.0
    scores = {code: (1 - share) * value + share * known.get(code, 0.0) for code, value in lexical.items()}
    return sorted(((c, s) for c, s in scores.items() if s > 0), key=lambda pair: (-pair[1], pair[0]))


def sure(score: float, hinted: bool) -> bool:
    return score >= (SURE_WITH_HINTS if hinted else SURE_BY_WORDS)


def worth_offering(ranked: Sequence[tuple[str, float]], hinted: bool) -> list[tuple[str, float]]:
    """Those that may be shown to a citizen: none where the best is weak, else the best and what is near it."""
    if not ranked or ranked[0][1] < (OFFERED_WITH_HINTS if hinted else OFFERED_BY_WORDS):
        return []
    return [pair for pair in ranked if pair[1] >= BESIDE_THE_FIRST * ranked[0][1]]


def sentences(text: str) -> int:
    return len(_SENTENCE_END.findall(text.strip()))


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters: without what stands in brackets, then cut at a clause, else at a blank."""
    short = squeeze(_ASIDE.sub("", text)) if len(text) > limit else text
    if len(short) <= limit:
        return short
    ends = [m.start() for m in _CLAUSE_END.finditer(short, 0, limit)]
    cut = ends[-1] if ends and ends[-1] >= limit // 3 else max(short.rfind(" ", 0, limit), 1)
    return short[:cut].rstrip(" ,;:.") + " …"


def _beginning(item: str) -> str:
    """Up to the first clause's end that leaves enough words to say what it is: "Bản án, quyết định" is not cut."""
    end = _CLAUSE_END.search(item, BEGINNING)
    return item[: end.start()] if end else item


def joined(items: Sequence[str], limit: int) -> str:
    """As many of `items` as fit, by semicolons, where need be each without its conditions; "…" tells that there is more."""
    whole = [squeeze(_ASIDE.sub("", item)).rstrip(".") for item in items]
    fits = len("; ".join(whole)) <= limit
    parts = whole if fits else [_beginning(item) for item in whole]
    shown: list[str] = []
    for part in parts:
        if shown and len("; ".join([*shown, part])) > limit - 2:
            break
        shown.append(part)
    text = shorten("; ".join(shown), limit)
    return text if shown == whole or text.endswith("…") else f"{text} …"
