"""Zalo Bot's events as ours. Both envelopes occur: `{"ok", "result": {…}}` as documented, the bare event as captured live."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from api.channels.contract import Event, IncomingMessage, Kind, Malformed, MediaRef
from api.core.text import nfc

NAME = "zalo"
_KINDS = {
    "message.text.received": Kind.TEXT,
    "message.image.received": Kind.IMAGE,
    "message.sticker.received": Kind.STICKER,
    "message.voice.received": Kind.VOICE,
    "message.unsupported.received": Kind.UNSUPPORTED,
}


def parse(account: str, payload: Mapping[str, Any]) -> list[Event]:
    """The event of one payload; nothing for unknown events, groups and other bots. Raises `Malformed`."""
    event = payload.get("result") if "event_name" not in payload else payload
    if not isinstance(event, Mapping) or not isinstance(event.get("event_name"), str):
        raise Malformed("event_name")
    kind = _KINDS.get(event["event_name"])
    if kind is None:
        return []
    message = _mapping(event, "message")
    chat, sender = _mapping(message, "chat"), _mapping(message, "from")
    if chat.get("chat_type", "PRIVATE") != "PRIVATE" or sender.get("is_bot") is True:
        return []
    media = _media(message) if kind == Kind.IMAGE else ()
    return [
        IncomingMessage(
            channel=NAME,
            account=account,
            chat_id=_word(chat, "id"),
            sender_id=_word(sender, "id"),
            display_name=nfc(str(sender["display_name"])) if sender.get("display_name") else None,
            message_id=_message_id(event, message),
            # a photo without an address is no photo; the citizen is told so
            kind=Kind.UNSUPPORTED if kind == Kind.IMAGE and not media else kind,
            text=nfc(str(message.get("text") or message.get("caption") or "")),
            media=media,
            sent_at=_moment(message.get("date")),
            raw=payload,
        )
    ]


def _media(message: Mapping[str, Any]) -> tuple[MediaRef, ...]:
    # documented is `photo`, sent is `photo_url`
    url = message.get("photo_url") or message.get("photo")
    return (MediaRef(url=url),) if isinstance(url, str) else ()


def _message_id(event: Mapping[str, Any], message: Mapping[str, Any]) -> str:
    """The platform's id; where it is missing (unsupported messages) the content's own hash, so a repeat is still known."""
    given = message.get("message_id")
    if given:
        return str(given)
    return "hash:" + hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()[:32]


def _moment(milliseconds: object) -> datetime | None:
    if not isinstance(milliseconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _mapping(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    if not isinstance(value, Mapping):
        raise Malformed(name)
    return value


def _word(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    if not isinstance(value, str | int) or value == "":
        raise Malformed(name)
    return str(value)
