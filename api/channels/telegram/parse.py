"""Telegram's updates as our events. Strict about what we use, calm about everything else.

Read as the JSON that Telegram documents: the library's own objects for it cost more than all the rest of taking a message.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from api.channels.contract import Event, IncomingMessage, Kind, Malformed, MediaRef, Reachable
from api.channels.words import words
from api.core.text import nfc

Json = Mapping[str, Any]  # a part of an update, not looked at before
NAME = "telegram"
_START = re.compile(r"/start(?:@\w+)?(?:\s+(\S+))?\s*")
_TICKET = re.compile(r"[A-Za-z]{1,6}-\d{2}-\d{3,9}")


def parse(account: str, payload: Json) -> list[Event]:
    """The events of one update. Groups and channels are not ours: nothing of them is answered. Raises `Malformed`."""
    if not isinstance(payload.get("update_id"), int):
        raise Malformed("update_id")
    try:
        found = _event(account, payload)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
        raise Malformed(type(error).__name__) from error
    return [found] if found else []


def _event(account: str, update: Json) -> Event | None:
    if query := update.get("callback_query"):
        return _pressed(account, query, update)
    if change := update.get("my_chat_member"):
        there = change["new_chat_member"]["status"] != "kicked"
        return Reachable(NAME, account, str(change["chat"]["id"]), there) if _private(change) else None
    if edited := update.get("edited_message"):
        return _edited(account, edited, update)
    message = update.get("message")
    if not message or not _private(message) or not message.get("from"):
        return None
    return IncomingMessage(**_base(account, message, update), **_content(message))


def _private(part: Json) -> bool:
    return bool(part["chat"]["type"] == "private")


def _base(account: str, message: Json, raw: Json) -> dict[str, Any]:
    return {
        "channel": NAME,
        "account": account,
        "chat_id": str(message["chat"]["id"]),
        "sender_id": str(message["from"]["id"]),
        "display_name": _name(message["from"]),
        "message_id": str(message["message_id"]),
        "sent_at": datetime.fromtimestamp(message["date"], UTC),
        "raw": raw,
    }


def _name(person: Json) -> str:
    last = person.get("last_name")
    return nfc(f"{person['first_name']} {last}" if last else person["first_name"])


def _content(message: Json) -> dict[str, Any]:
    caption = nfc(message.get("caption") or "")
    picture = message["photo"][-1] if message.get("photo") else _picture(message.get("document"))
    if picture:
        media = (MediaRef(file_id=picture["file_id"]),)
        return {"kind": Kind.IMAGE, "media": media, "text": caption, "album": message.get("media_group_id")}
    place = (message.get("venue") or message).get("location")
    if place:
        return {"kind": Kind.LOCATION, "lat": place["latitude"], "lon": place["longitude"]}
    if message.get("contact"):
        return _contact(message["contact"], message["from"])
    if message.get("text"):
        return {"kind": Kind.TEXT, "text": _started(nfc(message["text"]))}
    if any(message.get(kind) for kind in ("voice", "audio", "video_note")):
        return {"kind": Kind.VOICE, "text": caption}
    return {"kind": Kind.STICKER if message.get("sticker") else Kind.UNSUPPORTED, "text": caption}


def _picture(document: Json | None) -> Json | None:
    return document if document and (document.get("mime_type") or "").startswith("image/") else None


def _contact(contact: Json, sender: Json) -> dict[str, Any]:
    """The number counts only if Telegram says that it is the sender's own: anybody can send anybody's card."""
    if contact.get("user_id") != sender["id"]:
        return {"kind": Kind.CONTACT}
    return {"kind": Kind.CONTACT, "phone": national(contact["phone_number"])}


def national(number: str) -> str:
    """`+84 912 345 678` as `0912345678`."""
    digits = "".join(c for c in number if c.isascii() and c.isdigit())
    return "0" + digits[2:] if digits.startswith("84") and len(digits) >= 11 else digits


def _started(text: str) -> str:
    """`/start HD-26-000123`, which a link or a printed code makes, as a citizen would say it."""
    found = _START.fullmatch(text)
    if not found:
        return text
    ticket = found[1] if found[1] and _TICKET.fullmatch(found[1]) else None
    return words()["start_with_ticket"].format(number=ticket.upper()) if ticket else words()["start"]


def _edited(account: str, message: Json, raw: Json) -> Event | None:
    """Corrected words. A live location also comes as an edit, every few seconds: that is not for us."""
    text = message.get("text") or message.get("caption")
    if not _private(message) or not message.get("from") or not text:
        return None
    base = _base(account, message, raw)
    original = base["message_id"]
    # by the update's own number: two corrections may fall into one second
    base |= {"message_id": f"{original}:edit:{raw['update_id']}", "edit_of": original}
    return IncomingMessage(**base, kind=Kind.TEXT, text=_started(nfc(text)))


def _pressed(account: str, query: Json, raw: Json) -> Event | None:
    """A button below one of our messages. What it means is looked up in our own message, never taken from outside."""
    message = query.get("message")
    if not message or not _private(message) or not query.get("data"):
        return None
    return IncomingMessage(
        channel=NAME,
        account=account,
        chat_id=str(message["chat"]["id"]),
        sender_id=str(query["from"]["id"]),
        display_name=_name(query["from"]),
        message_id=f"press:{query['id']}",
        kind=Kind.BUTTON,
        button=str(query["data"]),
        receipt=str(query["id"]),
        raw=raw,
    )
