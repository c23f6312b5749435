"""The Official Account's webhook events as ours, and its signature."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from api.channels.contract import Event, IncomingMessage, Kind, Malformed, MediaRef, Reachable, Receipt
from api.core.security import same
from api.core.text import nfc

NAME = "zalo_oa"
PRESSED = re.compile(r"#(m\d+:\d+)")  # our buttons come back as the citizen's own hidden message
_MESSAGES = {
    "user_send_text": Kind.TEXT,
    "user_send_image": Kind.IMAGE,
    "user_send_location": Kind.LOCATION,
    "user_send_sticker": Kind.STICKER,
    "user_send_gif": Kind.STICKER,
    "user_send_audio": Kind.VOICE,
    "user_send_video": Kind.UNSUPPORTED,
    "user_send_file": Kind.UNSUPPORTED,
    "user_send_link": Kind.UNSUPPORTED,
    "user_send_business_card": Kind.UNSUPPORTED,
}


def authentic(app_id: str, secret_key: str, headers: Mapping[str, str], body: bytes) -> bool:
    """sha256(app id + raw body + timestamp + OA secret key), over the bytes as they came."""
    given = headers.get("x-zevent-signature", "").removeprefix("mac=").strip().lower()
    stamp = headers.get("x-zevent-timestamp") or _stamp(body)
    expected = hashlib.sha256(app_id.encode() + body + stamp.encode() + secret_key.encode()).hexdigest()
    return bool(app_id and secret_key and given) and same(given, expected)


def _stamp(body: bytes) -> str:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(payload.get("timestamp", "")) if isinstance(payload, dict) else ""


def parse(account: str, payload: Mapping[str, Any]) -> list[Event]:
    """The event of one payload; nothing for those that do not concern us. Raises `Malformed`."""
    name = payload.get("event_name")
    if not isinstance(name, str):
        raise Malformed("event_name")
    if name in _MESSAGES:
        return [_message(account, _MESSAGES[name], payload)]
    if name == "user_submit_info":
        return [_contact(account, payload)]
    if name == "follow":
        return [Reachable(NAME, account, _follower(payload), True)]
    if name in {"user_received_message", "user_seen_message"}:
        return [_receipt(account, "received" if name == "user_received_message" else "seen", payload, "sender")]
    if name in {"oa_send_text", "oa_send_image", "oa_send_template"}:
        return [_receipt(account, "sent", payload, "recipient")]
    # unfollow is not here: somebody who no longer follows still reads our answers
    return []


def _message(account: str, kind: Kind, payload: Mapping[str, Any]) -> IncomingMessage:
    message = payload.get("message")
    if not isinstance(message, Mapping) or not message.get("msg_id"):
        raise Malformed("message")
    text = nfc(str(message.get("text") or ""))
    pressed = PRESSED.fullmatch(text) if kind == Kind.TEXT else None
    media = _pictures(message) if kind == Kind.IMAGE else ()
    if kind == Kind.IMAGE and not media:
        kind = Kind.UNSUPPORTED
    lat, lon = _place(message) if kind == Kind.LOCATION else (None, None)
    return IncomingMessage(
        **_base(account, payload, str(message["msg_id"])),
        kind=Kind.BUTTON if pressed else kind,
        text="" if pressed else text,
        button=pressed[1] if pressed else None,
        media=media,
        lat=lat,
        lon=lon,
    )


def _base(account: str, payload: Mapping[str, Any], message_id: str) -> dict[str, Any]:
    sender = _party(payload, "sender")
    return {
        "channel": NAME,
        "account": account,
        "chat_id": sender,
        "sender_id": sender,
        "message_id": message_id,
        "sent_at": _moment(payload),
        "raw": payload,
    }


def _attachments(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = message.get("attachments")
    items = found if isinstance(found, list) else []
    return [item["payload"] for item in items if isinstance(item, Mapping) and isinstance(item.get("payload"), Mapping)]


def _pictures(message: Mapping[str, Any]) -> tuple[MediaRef, ...]:
    urls = [payload.get("url") for payload in _attachments(message)]
    return tuple(MediaRef(url=url) for url in urls if isinstance(url, str))


def _place(message: Mapping[str, Any]) -> tuple[float, float]:
    """The coordinates, which come as words."""
    for payload in _attachments(message):
        point = payload.get("coordinates")
        if isinstance(point, Mapping):
            try:
                lat, lon = float(point["latitude"]), float(point["longitude"])
            except (KeyError, TypeError, ValueError) as error:
                raise Malformed("coordinates") from error
            if abs(lat) <= 90 and abs(lon) <= 180:
                return lat, lon
    raise Malformed("coordinates")


def _contact(account: str, payload: Mapping[str, Any]) -> IncomingMessage:
    """Name and number that the citizen filled into Zalo's own form."""
    info = payload.get("info")
    if not isinstance(info, Mapping) or not info.get("phone"):
        raise Malformed("info")
    digits = "".join(c for c in str(info["phone"]) if c.isascii() and c.isdigit())
    phone = "0" + digits[2:] if digits.startswith("84") and len(digits) >= 11 else digits
    name = nfc(str(info["name"])) if info.get("name") else None
    base = _base(account, payload, f"info:{payload.get('timestamp')}")
    return IncomingMessage(**base, kind=Kind.CONTACT, phone=phone, display_name=name)


def _receipt(account: str, state: str, payload: Mapping[str, Any], party: str) -> Receipt:
    message = payload.get("message")
    if not isinstance(message, Mapping):
        raise Malformed("message")
    ids = message.get("msg_ids") if isinstance(message.get("msg_ids"), list) else [message.get("msg_id")]
    known = tuple(str(i) for i in ids or () if i)
    if not known:
        raise Malformed("msg_id")
    words = nfc(str(message.get("text") or ""))
    return Receipt(NAME, account, _party(payload, party), known, state, words, _moment(payload))


def _follower(payload: Mapping[str, Any]) -> str:
    follower = payload.get("follower")
    if isinstance(follower, Mapping) and follower.get("id"):
        return str(follower["id"])
    return _party(payload, "sender")


def _party(payload: Mapping[str, Any], which: str) -> str:
    party = payload.get(which)
    if not isinstance(party, Mapping) or not party.get("id"):
        raise Malformed(which)
    return str(party["id"])


def _moment(payload: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(payload["timestamp"]) / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
