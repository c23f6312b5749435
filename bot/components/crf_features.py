"""What the entity recogniser sees of each token and its neighbours."""

from collections.abc import Sequence
from functools import lru_cache

from rasa.nlu.tokenizers.tokenizer import Token

from bot.components.gazetteer import Gazetteer
from bot.components.keys import NORMAL
from bot.components.text.segment import word_starts
from bot.components.text.syllable import folded as fold


def features(tokens: Sequence[Token], gazetteer: Gazetteer) -> list[list[str]]:
    """For each token a list of features, each a string such as "f[-1]=duong"."""
    normal = [str(t.get(NORMAL, t.text.lower())) for t in tokens]
    folded = [fold(n) for n in normal]
    marks = map(tuple, gazetteer.marks(folded))
    begins = word_starts([t.text for t in tokens])
    seen = [_seen(t.text, n, f, m, b) for t, n, f, m, b in zip(tokens, normal, folded, marks, begins, strict=True)]
    last = len(tokens) - 1
    rows = []
    for i in range(len(tokens)):
        row = list(seen[i][0])
        for step in (-2, -1, 1, 2):
            if 0 <= i + step <= last:
                row.extend(seen[i + step][step])
            else:
                row.append(f"{step}edge")
        row.extend(_pairs(folded, i))
        rows.append(row)
    return rows


@lru_cache(maxsize=20_000)
def _seen(text: str, normal: str, folded: str, marks: tuple[str, ...], begins_word: bool) -> dict[int, list[str]]:
    """One token as it is seen by itself (0), by the token before it (1), by the one before that (2), and from behind."""
    far = [f"f={folded}", *(f"g={mark}" for mark in marks)]
    near = [f"n={normal}", *far]
    own = [*near, f"s={shape(text)}", *(["w"] if begins_word else [])]
    # what else one could say of the neighbours brings nothing, and is read for every token (docs/nlu.md)
    return {0: own, **{step: [f"{step}{feature}" for feature in (near if abs(step) < 2 else far)] for step in (-2, -1, 1, 2)}}


def _pairs(folded: Sequence[str], i: int) -> list[str]:
    """Two and three neighbouring words, and the ends of this one."""
    word = folded[i]
    row = [f"p3={word[:3]}", f"e3={word[-3:]}"]
    before = folded[i - 1] if i else "^"
    after = folded[i + 1] if i + 1 < len(folded) else "$"
    row.append(f"b0={before} {word}")
    row.append(f"0a={word} {after}")
    row.append(f"ba={before} {after}")
    if i > 1:
        row.append(f"bb={folded[i - 2]} {before}")
    if i + 2 < len(folded):
        row.append(f"aa={after} {folded[i + 2]}")
    return row


@lru_cache(maxsize=50_000)
def shape(text: str) -> str:
    """ "Bình" → Xx, "QL5" → X9, "12/3" → 9/9: runs of upper case, lower case and digits as one sign each."""
    signs: list[str] = []
    for char in text:
        sign = "9" if char.isdigit() else "X" if char.isupper() else "x" if char.isalpha() else char
        if not signs or signs[-1] != sign:
            signs.append(sign)
    return "".join(signs[:6])
