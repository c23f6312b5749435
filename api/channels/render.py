"""Turning one outgoing message into what a channel can show: numbered choices, parts within the limit."""

import re
from collections.abc import Iterator, Sequence

from api.channels.cards import as_text
from api.channels.contract import ASK_CONTACT, ASK_LOCATION, Button, Capabilities, OutgoingMessage, Piece
from api.channels.words import words
from api.core.text import fold, utf16_len

_SENTENCE_END = re.compile(r"(?<=[.!?…\n])\s+")
_WORD_NUMBERS = {"mot": 1, "nhat": 1, "hai": 2, "nhi": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "sau": 6, "bay": 7}


def as_plain_text(message: OutgoingMessage) -> str:
    """The text with its choices numbered below it, for channels without buttons."""
    if not message.buttons:
        return message.text
    lines = [f"{number}. {button.title}" for number, button in enumerate(message.buttons, start=1)]
    return "\n".join([message.text, *lines])


def fitting(buttons: Sequence[Button], can: Capabilities) -> tuple[Button, ...]:
    """The choices that make sense on a channel: a phone is asked for its place only where the platform can ask it."""
    impossible = {ASK_LOCATION} if not can.location_request else set()
    impossible |= {ASK_CONTACT} if not can.contact_request else set()
    return tuple(button for button in buttons if button.payload not in impossible)


def pieces(message: OutgoingMessage, can: Capabilities) -> list[Piece]:
    """One message as the calls that a channel needs for it: texts within its limit, the choices below the last, photos."""
    buttons = fitting(message.buttons, can)
    said = message.text or ("" if can.cards or not message.card else as_text(message.card))
    drawn = buttons if can.buttons and len(buttons) <= can.max_buttons else ()
    text = said if drawn else as_plain_text(OutgoingMessage(said, buttons))
    texts = [Piece(part) for part in parts(text or (words()["choose"] if drawn else ""), can.text_limit)]
    if drawn and texts:
        texts[-1] = Piece(texts[-1].text, drawn)
    return texts + [Piece(media_id=media_id) for media_id in (message.media_ids if can.images else ())]


def chosen(text: str, buttons: Sequence[Button]) -> Button | None:
    """The choice that a typed answer means: its number, the number as a word, or the button's own words.

    >>> chosen("hai", [Button("Đúng rồi", "/affirm"), Button("Sửa lại", "/correct")]).payload
    '/correct'
    """
    said = fold(text).strip(" .!)(")
    for prefix in ("so ", "chon ", "chon so "):
        said = said.removeprefix(prefix)
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 3 else _WORD_NUMBERS.get(said, 0)
    if 1 <= number <= len(buttons):
        return buttons[number - 1]
    return next((button for button in buttons if fold(button.title) == said), None)


def parts(text: str, limit: int) -> Iterator[str]:
    """`text` in pieces of at most `limit` UTF-16 units, cut at sentence ends, else at blanks, else anywhere."""
    rest = text.strip()
    while utf16_len(rest) > limit:
        cut = _cut(rest, limit)
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest


def _cut(text: str, limit: int) -> int:
    fits = _longest_prefix(text, limit)
    ends = [m.start() for m in _SENTENCE_END.finditer(text, 0, fits + 1) if 0 < m.start() <= fits]
    if ends:
        return ends[-1]
    blank = text.rfind(" ", 1, fits + 1)
    return blank if blank > 0 else fits


def _longest_prefix(text: str, limit: int) -> int:
    units = 0
    for index, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > limit:
            return max(index, 1)
    return len(text)
