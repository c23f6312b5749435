"""Telegram's updates as our events. Strict about what we use, calm about everything else."""

import re
from collections.abc import Mapping
from typing import Any

import telegram
from telegram.constants import ChatMemberStatus, ChatType

from api.channels.contract import Event, IncomingMessage, Kind, Malformed, MediaRef, Reachable
from api.channels.words import words
from api.core.text import nfc

NAME = "telegram"
_START = re.compile(r"/start(?:@\w+)?(?:\s+(\S+))?\s*")
_TICKET = re.compile(r"[A-Za-z]{1,6}-\d{2}-\d{3,9}")


def parse(account: str, payload: Mapping[str, Any]) -> list[Event]:
    """The events of one update. Groups and channels are not ours: nothing of them is answered. Raises `Malformed`."""
    if not isinstance(payload.get("update_id"), int):
        raise Malformed("update_id")
    try:
        update = telegram.Update.de_json(dict(payload), None)
        found = _event(account, update, payload)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Malformed(type(error).__name__) from error
    return [found] if found else []


def _event(account: str, update: telegram.Update, raw: Mapping[str, Any]) -> Event | None:
    if update.callback_query:
        return _pressed(account, update.callback_query, raw)
    if update.my_chat_member and update.my_chat_member.chat.type == ChatType.PRIVATE:
        there = update.my_chat_member.new_chat_member.status != ChatMemberStatus.BANNED
        return Reachable(NAME, account, str(update.my_chat_member.chat.id), there)
    if update.edited_message:
        return _edited(account, update.edited_message, raw)
    message = update.message
    if message is None or message.chat.type != ChatType.PRIVATE or message.from_user is None:
        return None
    return IncomingMessage(**_base(account, message, raw), **_content(message))


def _base(account: str, message: telegram.Message, raw: Mapping[str, Any]) -> dict[str, Any]:
    sender = message.from_user
    assert sender is not None
    return {
        "channel": NAME,
        "account": account,
        "chat_id": str(message.chat.id),
        "sender_id": str(sender.id),
        "display_name": nfc(sender.full_name),
        "message_id": str(message.message_id),
        "sent_at": message.date,
        "raw": raw,
    }


def _content(message: telegram.Message) -> dict[str, Any]:
    if message.photo or _is_picture(message.document):
        picture = message.photo[-1] if message.photo else message.document
        assert picture is not None
        media = (MediaRef(file_id=picture.file_id),)
        return {"kind": Kind.IMAGE, "media": media, "text": nfc(message.caption or ""), "album": message.media_group_id}
    place = message.venue.location if message.venue else message.location
    if place:
        return {"kind": Kind.LOCATION, "lat": place.latitude, "lon": place.longitude}
    if message.contact:
        return _contact(message.contact, message.from_user)
    if message.text:
        return {"kind": Kind.TEXT, "text": _started(nfc(message.text))}
    if message.voice or message.audio or message.video_note:
        return {"kind": Kind.VOICE, "text": nfc(message.caption or "")}
    return {"kind": Kind.STICKER if message.sticker else Kind.UNSUPPORTED, "text": nfc(message.caption or "")}


def _is_picture(document: telegram.Document | None) -> bool:
    return document is not None and (document.mime_type or "").startswith("image/")


def _contact(contact: telegram.Contact, sender: telegram.User | None) -> dict[str, Any]:
    """The number counts only if Telegram says that it is the sender's own: anybody can send anybody's card."""
    if sender is None or contact.user_id != sender.id:
        return {"kind": Kind.CONTACT}
    return {"kind": Kind.CONTACT, "phone": national(contact.phone_number)}


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


def _edited(account: str, message: telegram.Message, raw: Mapping[str, Any]) -> Event | None:
    """Corrected words. A live location also comes as an edit, every few seconds: that is not for us."""
    text = message.text or message.caption
    if message.chat.type != ChatType.PRIVATE or message.from_user is None or not text:
        return None
    base = _base(account, message, raw)
    original = base["message_id"]
    # by the update's own number: two corrections may fall into one second
    base |= {"message_id": f"{original}:edit:{raw['update_id']}", "edit_of": original}
    return IncomingMessage(**base, kind=Kind.TEXT, text=_started(nfc(text)))


def _pressed(account: str, query: telegram.CallbackQuery, raw: Mapping[str, Any]) -> Event | None:
    """A button below one of our messages. What it means is looked up in our own message, never taken from outside."""
    chat = query.message.chat if query.message else None
    if chat is None or chat.type != ChatType.PRIVATE or not query.data:
        return None
    return IncomingMessage(
        channel=NAME,
        account=account,
        chat_id=str(chat.id),
        sender_id=str(query.from_user.id),
        display_name=nfc(query.from_user.full_name),
        message_id=f"press:{query.id}",
        kind=Kind.BUTTON,
        button=query.data,
        receipt=query.id,
        raw=raw,
    )
