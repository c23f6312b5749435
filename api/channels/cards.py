"""Cards as words, for channels that show none: what a card says must reach every citizen."""

from collections.abc import Mapping
from typing import Any

from api.channels.words import words
from api.core.settings import get_settings


def as_text(card: Mapping[str, Any]) -> str:
    """The card's lines; empty for a kind that only decorates its message (a rating's stars are its buttons)."""
    return {"article": _article, "ticket": _ticket}.get(str(card.get("kind")), lambda _: "")(card)


def _article(card: Mapping[str, Any]) -> str:
    said = words()
    lines = [str(card.get("title") or ""), *(f"• {line['label']}: {line['text']}" for line in card.get("lines", []))]
    if card.get("source"):
        lines.append(said["article_source"].format(source=card["source"]))
    if card.get("url"):
        lines.append(said["article_more"].format(url=get_settings().public_address + str(card["url"])))
    return "\n".join(lines)


def _ticket(card: Mapping[str, Any]) -> str:
    said = words()
    lines = [said["ticket"].format(**card)]
    lines += [said[f"ticket_{part}"].format(**card) for part, key in _PARTS if card.get(key)]
    return "\n".join(lines)


_PARTS = (("status", "status_words"), ("department", "department"), ("due", "due"))
