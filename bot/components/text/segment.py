"""Syllables and words of Vietnamese by underthesea, with exact spans.

underthesea's own `word_tokenize` rewrites its tokens (hoá → hóa) and loses their places. Here its patterns are run over
the text by ourselves, the spans stay those of the match, and its CRF is given the rewritten strings.
"""

import pickle
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from underthesea.pipeline.text_normalize.text_normalizer import token_map
from underthesea.pipeline.text_normalize.token_normalize import token_normalize
from underthesea.pipeline.word_tokenize import regex_tokenize
from underthesea_core import CRFFeaturizer, CRFTagger

# Compiled once by us: underthesea recompiles its module's global when somebody passes fixed_words
_PATTERN = re.compile(regex_tokenize.regex_patterns_combine, re.VERBOSE | re.UNICODE)
_WHOLE = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+$|(?:https?|ftp)://|www\.|\d[\d.,/:-]*$", re.IGNORECASE)
_PART = re.compile(r"\w+|[^\w\s]")
_SIMPLE = re.compile(r"\w+$")
_MODEL = Path(regex_tokenize.__file__).parent / "models" / "ws_crf_vlsp2013_20230727"


def syllables(text: str) -> list[tuple[int, int]]:
    """[start, end) of all syllables, numbers and signs of an NFC text; every non-blank character lies in exactly one."""
    spans: list[tuple[int, int]] = []
    for match in _PATTERN.finditer(text):
        start, end = match.span()
        token = match.group()
        if _SIMPLE.match(token) or _WHOLE.match(token):
            spans.append((start, end))
        else:  # "p.Binh", "hong.toi", "HD-26-1": glued things that may belong to two different entities
            spans.extend((start + part.start(), start + part.end()) for part in _PART.finditer(token))
    return spans


def word_starts(syllables: Sequence[str]) -> list[bool]:
    """Whether a word begins at each of a text's syllables. It takes several times as long as finding them."""
    if not syllables:
        return []
    featurizer, tagger = _tagger()
    (seen,) = featurizer.process([[[str(token_normalize(syllable))] for syllable in syllables]])
    return [i == 0 or tag != "I-W" for i, tag in enumerate(tagger.tag(seen))]


def canonical_tone(syllable: str) -> str:
    """A lower-case syllable with its tone mark where the newer spelling puts it: hoà → hòa, thuỷ → thủy."""
    return str(token_map.get(syllable, syllable))


def warm_up() -> None:
    """Loads the word tagger, so that the first message need not wait for it."""
    _tagger()


@lru_cache(maxsize=1)
def _tagger() -> tuple[CRFFeaturizer, CRFTagger]:
    """The two halves of underthesea's word tagger. It reads the same files by joblib, in five times the time."""
    features, dictionary = (pickle.loads((_MODEL / f"{name}.bin").read_bytes()) for name in ("features", "dictionary"))  # noqa: S301
    tagger = CRFTagger()
    tagger.load(str(_MODEL / "models.bin"))
    return CRFFeaturizer(features, dictionary), tagger
