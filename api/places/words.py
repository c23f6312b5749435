"""Place words as they are compared: folded syllables in one spelling, abbreviations written out, breaks kept."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from api.core.text import fold

_FINAL_Y = re.compile(r"^(qu|[bcdghklmnprstvx]+)y$")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_PIECE = re.compile(
    r"(?P<word>[^\W\d_]+)|(?P<number>\d+[a-zA-Z]?(?![^\W\d_]))|(?P<digits>\d+)|(?P<sign>[,;()\n|–—/-]|\.(?=\s))"
)

# written out wherever they stand, in what is said and in the names alike
_SHORT_FORMS = {
    "tphd": "tp Hải Dương", "tphp": "tp Hải Phòng", "tpcl": "tp Chí Linh", "txkm": "tx Kinh Môn", "hp": "Hải Phòng",
    "kcn": "khu công nghiệp", "ccn": "cụm công nghiệp", "kdt": "khu đô thị", "kdc": "khu dân cư", "tdp": "tổ dân phố",
    "ql": "quốc lộ", "tl": "tỉnh lộ", "dt": "tỉnh lộ", "bv": "bệnh viện", "bvdk": "bệnh viện đa khoa", "dh": "đại học",
    "cd": "cao đẳng", "sn": "số nhà", "nvh": "nhà văn hóa", "svd": "sân vận động", "ub": "ủy ban", "ubnd": "ủy ban",
    "bx": "bến xe", "cty": "công ty", "trg": "trường", "kv": "khu vực", "ttyt": "trung tâm y tế", "tramyte": "trạm y tế",
}  # fmt: skip
_PAIRS = {
    ("nga", "3"): ("nga", "ba"), ("nga", "4"): ("nga", "tu"), ("nga", "5"): ("nga", "nam"), ("nga", "6"): ("nga", "sau"),
    ("cap", "2"): ("thcs",), ("cap", "3"): ("thpt",), ("cap", "hai"): ("thcs",), ("cap", "ba"): ("thpt",),
    ("c", "2"): ("thcs",), ("c", "3"): ("thpt",), ("cap", "1"): ("tieu", "hoc"),
    ("tp", "hd"): ("tp", "hai", "duong"), ("tp", "cl"): ("tp", "chi", "linh"), ("tx", "km"): ("tx", "kinh", "mon"),
}  # fmt: skip
# at the very end of an address two letters are the city's
_AT_THE_END = {"hd": ("hai", "duong"), "cl": ("chi", "linh")}


@dataclass(frozen=True)
class Word:
    """One syllable. `marked`: with its diacritics, the tone last; `breaks`: a sign parts it from the one before."""

    text: str
    marked: str
    breaks: bool = False

    @property
    def is_number(self) -> bool:
        return self.text[0].isdigit()

    @property
    def is_bare(self) -> bool:
        return self.marked == self.text


def spelling(word: str) -> str:
    """One folded syllable in one spelling: "ky" and "ki", "quy" and "qui" are the same."""
    return _FINAL_Y.sub(r"\1i", word)


def toneless(marked: str) -> str:
    return "".join(c for c in marked if c not in _TONES)


def words(text: str) -> list[Word]:
    """The words of `text`, short forms written out ("QL5" → quoc lo 5, "ngã 4" → nga tu)."""
    found: list[Word] = []
    breaks = False
    for piece in _PIECE.finditer(unicodedata.normalize("NFC", text)):
        if piece.lastgroup == "sign":
            # a point parts two sentences, not an abbreviation from its name; "ngõ 12/5" is one number
            if piece.group() == "." and found and len(found[-1].text) <= 2:
                continue
            breaks = breaks or piece.group() not in "/-"
            continue
        found += _written_out(piece.group(), breaks)
        breaks = False
    return _end(_pairs(found))


def _written_out(piece: str, breaks: bool) -> list[Word]:
    folded = fold(piece)
    if folded not in _SHORT_FORMS:
        return [_word(piece, folded, breaks)]
    return [_word(part, fold(part), breaks and i == 0) for i, part in enumerate(_SHORT_FORMS[folded].split())]


def _word(piece: str, folded: str, breaks: bool) -> Word:
    text = spelling(folded)
    return Word(text, _marked(piece, folded, text), breaks)


def _pairs(found: Sequence[Word]) -> list[Word]:
    out: list[Word] = []
    at = 0
    while at < len(found):
        pair = _pair_at(found, at)
        if pair is None:
            out.append(found[at])
            at += 1
            continue
        out += [Word(text, text, found[at].breaks and i == 0) for i, text in enumerate(pair)]
        at += 2
    return out


def _pair_at(found: Sequence[Word], at: int) -> tuple[str, ...] | None:
    if at + 1 == len(found) or found[at + 1].breaks:
        return None
    pair = (found[at].text, found[at + 1].text)
    if pair == ("duong", "tinh"):  # "đường tỉnh 391", but not "Hải Dương tỉnh Hải Dương"
        return ("tinh", "lo") if at + 2 < len(found) and found[at + 2].is_number else None
    return _PAIRS.get(pair)


def _end(found: list[Word]) -> list[Word]:
    if len(found) > 1 and found[-1].text in _AT_THE_END:
        pair = _AT_THE_END[found[-1].text]
        return [*found[:-1], *(Word(text, text, found[-1].breaks and i == 0) for i, text in enumerate(pair))]
    return found


def _marked(piece: str, folded: str, text: str) -> str:
    """Lower case with diacritics, the tone apart from its letter, so that "Hoà" and "Hòa", "Kỳ" and "Kì" agree."""
    letters = unicodedata.normalize("NFD", piece.lower())
    plain = "".join(c for c in letters if c not in _TONES)
    if text != folded:
        plain = plain[:-1] + "i"
    return plain + "".join(c for c in letters if c in _TONES)
