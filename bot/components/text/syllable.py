"""Which letters can be one Vietnamese syllable, whatever its tone."""

import re
from functools import lru_cache

from api.core.text import fold

_ONSET = "b|ch|c|d|gh|gi|g|h|kh|k|l|m|ngh|ng|nh|n|ph|p|qu|r|s|th|tr|t|v|x"
_RIME = (
    "a(?:ch|c|i|m|nh|ng|n|o|p|t|u|y)?|e(?:ch|c|m|nh|ng|n|o|p|t|u)?|i(?:ch|c|m|nh|ng|n|p|t|u|a|ec|em|en|eng|ep|et|eu)?|"
    "o(?:c|i|m|ng|n|p|t|a|ac|ach|ai|am|an|ang|anh|ao|ap|at|ay|e|em|en|eo|et|oc|ong)?|"
    "u(?:c|i|m|ng|n|p|t|u|a|an|ang|at|ay|e|ech|en|enh|o|oc|oi|om|on|ong|op|ot|ou|y|ya|ych|yen|yet|ynh|yt|yu)?|"
    "y(?:em|en|et|eu)?"
)
# of one word: the same few thousand come again and again
folded = lru_cache(maxsize=50_000)(fold)
_SYLLABLE = re.compile(rf"(?:{_ONSET})?(?:{_RIME})$")


def is_syllable(word: str) -> bool:
    """
    >>> [is_syllable(w) for w in ("đường", "nghiêng", "ngoan", "khuya", "đènđường", "wifi")]
    [True, True, True, True, False, False]
    """
    return bool(_SYLLABLE.match(folded(word)))
