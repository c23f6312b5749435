"""What the entity recogniser sees of each token and its neighbours."""

from collections.abc import Sequence
from functools import lru_cache

from rasa.nlu.tokenizers.tokenizer import Token

from api.core.text import fold
from bot.components.gazetteer import Gazetteer
from bot.components.keys import NORMAL, WORD_START


def features(tokens: Sequence[Token], gazetteer: Gazetteer) -> list[list[str]]:
    """For each token a list of features, each a string such as "f[-1]=duong"."""
    normal = [str(t.get(NORMAL, t.text.lower())) for t in tokens]
    folded = [_fold(n) for n in normal]
    own = [_own(t, n, f, m) for t, n, f, m in zip(tokens, normal, folded, gazetteer.marks(folded), strict=True)]
    last = len(tokens) - 1
    rows = []
    for i in range(len(tokens)):
        row = [f"0{feature}" for feature in own[i]]
        for step in (-2, -1, 1, 2):
            if 0 <= i + step <= last:
                near = own[i + step]
                row.extend(f"{step}{feature}" for feature in (near if abs(step) == 1 else near[1:]))
            else:
                row.append(f"{step}edge")
        row.extend(_pairs(folded, i))
        rows.append(row)
    return rows


def _own(token: Token, normal: str, folded: str, marks: list[str]) -> list[str]:
    """The normal form comes first: two tokens away only the rest is of use."""
    row = [f"n={normal}", f"f={folded}", f"s={shape(token.text)}"]
    row.extend(f"g={mark}" for mark in marks)
    if token.get(WORD_START, True):
        row.append("w")
    return row


_fold = lru_cache(maxsize=50_000)(fold)


def _pairs(folded: Sequence[str], i: int) -> list[str]:
    """Two and three neighbouring words, and the ends of this one."""
    word = folded[i]
    row = [f"p2={word[:2]}", f"p3={word[:3]}", f"e2={word[-2:]}", f"e3={word[-3:]}"]
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
