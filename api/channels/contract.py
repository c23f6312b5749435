"""What every channel speaks inside this product. A platform's own JSON stops at the door of its adapter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Kind(StrEnum):
    """What an incoming message mainly is. A photo with a caption is an image whose text is the caption."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    LOCATION = "location"
    CONTACT = "contact"
    BUTTON = "button"
    STICKER = "sticker"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True)
class MediaRef:
    """A photo or voice note: either already stored here (`media_id`) or still at the platform.

    `url` is a public address, `file_id` something only the channel's own client can fetch.
    """

    media_id: str | None = None
    url: str | None = None
    file_id: str | None = None
    kind: str = "image"


@dataclass(frozen=True)
class IncomingMessage:
    """One message of a citizen, whatever platform it came from. Text is NFC; `sent_at` aware, None if unknown."""

    channel: str
    account: str
    chat_id: str
    sender_id: str
    message_id: str
    kind: Kind
    text: str = ""
    display_name: str | None = None
    payload: str | None = None  # a pressed button: "/rate{…}"
    media: tuple[MediaRef, ...] = ()
    lat: float | None = None
    lon: float | None = None
    phone: str | None = None
    sent_at: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Button:
    """A choice: at most four words on it, a short payload ("/affirm") behind it."""

    title: str
    payload: str


@dataclass(frozen=True)
class OutgoingMessage:
    """One message to a citizen. `card` is structured ({"kind": "ticket", …}); channels without cards send the text."""

    text: str
    buttons: tuple[Button, ...] = ()
    card: Mapping[str, Any] | None = None
    media_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Address:
    """Where a conversation lives on its channel."""

    channel: str
    account: str
    chat_id: str


@dataclass(frozen=True)
class Capabilities:
    """What a channel can show. `text_limit` counts UTF-16 units."""

    buttons: bool
    location_request: bool
    images: bool
    cards: bool
    text_limit: int


class Channel(Protocol):
    """An adapter. `send` returns the platform's id of the message, or raises `OutsideFailure`."""

    name: str
    capabilities: Capabilities

    def send(self, to: Address, message: OutgoingMessage, *, key: str) -> str | None:
        """Deliver one message. `key` is ours and the same at every retry of the same message."""
        ...
