"""How Vietnamese keyboards spell: Telex and VNI, in both directions."""

import re
import unicodedata

_TONE_OF_TELEX = {"f": "\u0300", "s": "\u0301", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_TONE_OF_VNI = {"2": "\u0300", "1": "\u0301", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_TELEX_OF_TONE = {mark: key for key, mark in _TONE_OF_TELEX.items()}
_VNI_OF_TONE = {mark: key for key, mark in _TONE_OF_VNI.items()}
_SHAPES_TELEX = {"â": "aa", "ê": "ee", "ô": "oo", "ă": "aw", "ơ": "ow", "ư": "uw", "đ": "dd"}
_SHAPES_VNI = {"â": "a6", "ê": "e6", "ô": "o6", "ă": "a8", "ơ": "o7", "ư": "u7", "đ": "d9"}
_LATIN = re.compile(r"[a-zà-ỹđ]+$")
_VNI_WORD = re.compile(r"(?=.*[1-9])[a-zà-ỹđ]+[a-zà-ỹđ1-9]*$")
_VOWELS = "aăâeêioôơuưy"
_MARKED = "ăâêôơư"


def to_telex(syllable: str) -> str:
    """The keys that type a lower-case syllable with the tone last: đường → dduwowngf."""
    return _keys(syllable, _SHAPES_TELEX, _TELEX_OF_TONE)


def to_vni(syllable: str) -> str:
    """The same in VNI: đường → d9u7o7ng2."""
    return _keys(syllable, _SHAPES_VNI, _VNI_OF_TONE)


def from_telex(token: str) -> str | None:
    """What a lower-case token would read if its left-over Telex keys had worked; None if it holds none.

    >>> from_telex("dduwowngf"), from_telex("hongr"), from_telex("nhà")
    ('đường', 'hỏng', None)
    """
    if not _LATIN.match(token):
        return None
    letters, tone = _pull_tone(token)
    letters = _telex_shapes(letters)
    read = _with_tone(letters, tone) if tone else letters
    return read if read != token else None


def from_vni(token: str) -> str | None:
    """The same for VNI: "d9u7o7ng2" → "đường", "duong2" → "duòng"; None if it holds no VNI key."""
    if not _VNI_WORD.match(token):
        return None
    tone = next((_TONE_OF_VNI[c] for c in token if c in _TONE_OF_VNI), None)
    letters = token
    for letter, keys in _SHAPES_VNI.items():
        letters = letters.replace(keys, letter)
    if "9" in letters and letters[0] == "d":
        letters = "đ" + letters[1:].replace("9", "", 1)
    letters = re.sub(r"[1-9]", "", letters)
    if not any(c in _VOWELS for c in letters):
        return None
    return _with_tone(letters, tone) if tone else letters


def _keys(syllable: str, shapes: dict[str, str], tones: dict[str, str]) -> str:
    tone = ""
    keys: list[str] = []
    for char in unicodedata.normalize("NFC", syllable):
        marks = [m for m in unicodedata.normalize("NFD", char) if m in tones]
        bare = unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", char) if c not in tones))
        tone = tones[marks[0]] if marks else tone
        keys.append(shapes.get(bare, bare))
    return "".join(keys) + tone


def _pull_tone(token: str) -> tuple[str, str | None]:
    """Takes the last tone key out of a token, if it stands behind a vowel and the token has no tone yet."""
    bare = unicodedata.normalize("NFD", token)
    if any(mark in bare for mark in _TELEX_OF_TONE):
        return token, None
    for i in range(len(token) - 1, 1 if token[:1] not in _VOWELS else 0, -1):
        if token[i] in _TONE_OF_TELEX and any(c in _VOWELS for c in token[:i]):
            return token[:i] + token[i + 1 :], _TONE_OF_TELEX[token[i]]
        if token[i] not in "nghcmpt" and token[i] not in _VOWELS and token[i] != "w":
            break
    return token, None


def _telex_shapes(letters: str) -> str:
    letters = letters.replace("uwow", "ươ").replace("uow", "ươ").replace("uwo", "ươ")
    for letter, keys in _SHAPES_TELEX.items():
        letters = letters.replace(keys, letter)
    if "w" in letters and not any(c in letters for c in _MARKED):
        at = max((letters.find(c) for c in "aou" if c in letters), default=-1)
        if at >= 0:
            letters = letters[:at] + {"a": "ă", "o": "ơ", "u": "ư"}[letters[at]] + letters[at + 1 :].replace("w", "", 1)
    if letters.startswith("d") and letters.count("d") == 2:  # "duongd"
        letters = "đ" + letters[1:].replace("d", "", 1)
    return letters


def _with_tone(letters: str, tone: str) -> str:
    """Puts a combining tone mark on the vowel that carries it, and composes."""
    vowels = [i for i, c in enumerate(letters) if c in _VOWELS]
    if letters.startswith(("qu", "gi")) and len(vowels) > 1:
        vowels = vowels[1:]
    if not vowels:
        return letters
    marked = [i for i in vowels if letters[i] in _MARKED]
    closed = vowels[-1] < len(letters) - 1
    at = marked[-1] if marked else vowels[-1] if closed and len(vowels) > 1 else vowels[-2] if len(vowels) > 1 else vowels[0]
    return unicodedata.normalize("NFC", letters[: at + 1] + tone + letters[at + 1 :])


def without_tone(syllable: str) -> str:
    """The syllable with its letters' shapes but no tone: đường → đương."""
    letters = (c for c in unicodedata.normalize("NFD", syllable) if c not in _TELEX_OF_TONE)
    return unicodedata.normalize("NFC", "".join(letters))
