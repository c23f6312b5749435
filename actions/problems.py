"""One message, two problems: found by asking the bot's own parser about each part. Pure: the parser is handed in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from actions.turn import Parser
from actions.words import plain, words
from api.core.text import squeeze

MOST = 3  # problems told apart; more is a petition, and goes as one
LEAST_WORDS = 3  # of a part that can be a problem
SURE = 0.6  # probability from which a part's intent and field are believed
LONGEST = 1500  # characters; a longer text is one story
_LIST_MARK = re.compile(r"^(?:\d{1,2}[.)]|[-+*•–])\s*")
_SENTENCE_END = re.compile(r"(?<=\w\w[!?;])\s+|(?<=\w{3}\.)\s+|(?<=\w{3})\.(?=[^\W\d_])|\n+")  # "p. Thanh Bình" goes on


@dataclass(frozen=True)
class Problem:
    """One of several problems told in one message: the citizen's own words for it, and its field."""

    description: str
    category: str


def problems_in(text: str, parse: Parser) -> list[Problem]:
    """The problems of different fields that `text` tells of, in its order; empty where it is one matter."""
    parts = list(parts_of(text)) if len(text) <= LONGEST else []
    if len(parts) < 2:
        return []
    joined: list[Problem] = []
    waiting = ""  # words before the first problem belong to it
    for part in parts:
        category = _field(part, parse)
        same = next((i for i, known in enumerate(joined) if category in (known.category, None)), None)
        if category is None and joined:
            joined[-1] = _with(joined[-1], part)
        elif category is None:
            waiting = f"{waiting} {part}".strip()
        elif same is not None:
            joined[same] = _with(joined[same], part)
        else:
            joined.append(Problem(f"{waiting} {part}".strip(), category))
            waiting = ""
    if len(joined) == 2 and one_matter(joined[0].category, joined[1].category):
        return []
    return joined if 1 < len(joined) <= MOST else []


def parts_of(text: str) -> Iterator[str]:
    """`text` cut at sentence ends, line ends and joining words ("và", "ngoài ra", "còn"); short parts stay with the one before.

    >>> list(parts_of("Đèn ngõ 5 hỏng cả tuần và rác chất đống đầu ngõ"))
    ['Đèn ngõ 5 hỏng cả tuần', 'rác chất đống đầu ngõ']
    """
    held: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        for part in _at_joints(_LIST_MARK.sub("", (sentence or "").strip())):
            if held and len(part.split()) < LEAST_WORDS:
                held[-1] = f"{held[-1]} {part}"
            else:
                held.append(part)
    yield from held


def _at_joints(sentence: str) -> Iterator[str]:
    joints = {tuple(joint.split()) for joint in words()["joints"]}
    left = squeeze(sentence).split()
    folded = [plain(word).strip() for word in left]
    start = at = 0
    while at < len(left):
        length = next((n for n in (4, 3, 2, 1) if tuple(folded[at : at + n]) in joints), 0)
        # "và" between two short things ("đèn và cống") joins words, not sentences
        if length and (at - start >= LEAST_WORDS or at == start) and len(left) - at - length >= LEAST_WORDS:
            if at > start:
                yield " ".join(left[start:at]).strip(" ,;.")
            start = at = at + length
        else:
            at += 1
    if start < len(left):
        yield " ".join(left[start:]).strip(" ,;.")


def _field(part: str, parse: Parser) -> str | None:
    """The field of a part that tells of a problem by itself."""
    said = parse(part) if len(part.split()) >= LEAST_WORDS else None
    if said is None or said.intent not in ("report", "suggestion") or said.confidence < SURE:
        return None
    category, probability = said.field
    return category if probability >= SURE and category != "other" else None


def _with(known: Problem, part: str) -> Problem:
    return Problem(f"{known.description}. {part}", known.category)


def one_matter(field: str, other: str) -> bool:
    """Whether what is told of these two fields is mostly one thing and what it leads to."""
    return any({field, other} == set(pair) for pair in words()["one_matter"])
