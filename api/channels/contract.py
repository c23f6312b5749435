"""What every channel speaks inside this product. A platform's own JSON stops at the door of its adapter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from api.core.errors import OutsideFailure


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
    button: str | None = None  # or its short name on platforms with little room, see `button_name`
    media: tuple[MediaRef, ...] = ()
    lat: float | None = None
    lon: float | None = None
    phone: str | None = None
    sent_at: datetime | None = None
    album: str | None = None  # photos sent together carry the same one and become one message
    edit_of: str | None = None  # the message_id that these words correct
    receipt: str | None = None  # what the platform wants confirmed (Telegram: the pressed button)
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """The platform tells what became of messages of ours: `sent`, `received` (on the phone) or `seen`."""

    channel: str
    account: str
    chat_id: str
    message_ids: tuple[str, ...]
    state: str
    text: str = ""  # of `sent`: finds the message whose sending had an unknown end
    at: datetime | None = None


@dataclass(frozen=True)
class Reachable:
    """A citizen blocked the account (False) or opened it again (True)."""

    channel: str
    account: str
    chat_id: str
    reachable: bool


Event = IncomingMessage | Receipt | Reachable


class Malformed(ValueError):
    """A payload that lacks what it must have. It is kept, never answered with an error."""


@dataclass(frozen=True)
class Button:
    """A choice: at most four words on it, a short payload ("/affirm") behind it.

    The payloads `ASK_LOCATION` and `ASK_CONTACT` ask the phone itself; where a channel cannot, they are left out.
    """

    title: str
    payload: str


ASK_LOCATION, ASK_CONTACT = "@location", "@contact"


def button_name(message_id: object, index: int) -> str:
    """A short name for a button of one of our messages: Telegram gives 64 bytes, payloads are longer."""
    return f"m{message_id}:{index}"


@dataclass(frozen=True)
class OutgoingMessage:
    """One message to a citizen. `card` is structured ({"kind": "ticket", …}); channels without cards send the text."""

    text: str
    buttons: tuple[Button, ...] = ()
    card: Mapping[str, Any] | None = None
    media_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Photo:
    """A photo on its way out: JPEG bytes, and a signed public address for platforms that fetch it themselves."""

    data: bytes
    url: str


@dataclass(frozen=True)
class Piece:
    """What one call of a platform can carry: a text within its limit with buttons, or one photo."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    media_id: str | None = None
    photo: Photo | None = None


@dataclass(frozen=True)
class Address:
    """Where a conversation lives on its channel."""

    channel: str
    account: str
    chat_id: str


@dataclass(frozen=True)
class Account:
    """Our own account on a platform. Secrets never reach a log, a page or an error's words."""

    channel: str
    account: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def base_url(self, default: str) -> str:
        """Where the platform is: its public address, or a twin on loopback."""
        return str(self.settings.get("base_url") or default).rstrip("/")


@dataclass(frozen=True)
class Capabilities:
    """What a channel can show. `text_limit` counts UTF-16 units; choices beyond `max_buttons` are numbered instead."""

    buttons: bool
    location_request: bool
    images: bool
    cards: bool
    text_limit: int
    contact_request: bool = False
    max_buttons: int = 100
    title_limit: int = 100


@dataclass(frozen=True)
class Limits:
    """How fast a platform lets us speak: messages a second of the account and of one chat, and a month's quota."""

    per_second: float
    burst: float
    chat_per_second: float
    chat_burst: float
    per_month: int | None = None


class Failure(StrEnum):
    """Why a sending failed, which decides what happens to the message."""

    PASSING = "passing"  # tried again, later and later
    BUSY = "busy"  # the platform asks for slower; tried again after the time it named
    QUOTA = "quota"  # the account's month is used up: everything of the account waits
    ACCOUNT = "account"  # the account itself is refused (token): everything waits for a person
    PERMANENT = "permanent"  # this message will never pass
    UNREACHABLE = "unreachable"  # this citizen has blocked us
    WINDOW = "window"  # the platform allows no message to this citizen now
    UNKNOWN = "unknown"  # it may have arrived: never sent again blindly


class SendFailure(OutsideFailure):
    """A platform did not take a message. The words name no address and no token."""

    def __init__(self, message: str, kind: Failure, *, retry_after: float | None = None) -> None:
        never = kind in {Failure.PERMANENT, Failure.UNREACHABLE, Failure.WINDOW}
        super().__init__(message, permanent=never, retry_after=retry_after)
        self.kind = kind


class MediaGone(Exception):
    """A photo that can no longer be fetched: the link has expired, or it is larger than allowed (`too_large`)."""

    def __init__(self, *, too_large: bool = False) -> None:
        super().__init__("media gone")
        self.too_large = too_large


class Channel(Protocol):
    """An adapter's way out. `send` returns the platform's id of the message, or raises `OutsideFailure`."""

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def send(self, to: Address, piece: Piece, *, key: str, account: Account) -> str | None:
        """Deliver one piece. `key` is our message's id, the same at every retry of the same message."""
        ...


class Platform(Channel, Protocol):
    """A channel with a platform behind it: the way in, and the set-up of an account."""

    @property
    def limits(self) -> Limits: ...

    def authentic(self, account: Account, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a webhook's request comes from the platform. Header names are lower case."""
        ...

    def parse(self, account: str, payload: Mapping[str, Any]) -> list[Event]:
        """What happened. An event that does not concern us gives nothing; raises `Malformed` where something is missing."""
        ...

    def fetch(self, account: Account, ref: MediaRef, limit: int) -> bytes:
        """A photo's bytes, at most `limit`. Raises `MediaGone`, or `OutsideFailure` where trying again may help."""
        ...

    def confirm(self, account: Account, receipt: str) -> None:
        """Tell the platform that a pressed button was taken."""
        ...

    def poll(self, account: Account, cursor: str | None, seconds: int) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        """Wait up to `seconds` for payloads. The cursor returned confirms them: pass it only once they are durable."""
        ...

    def check(self, account: Account) -> tuple[str, str]:
        """Ask the platform who we are: the account's id and its name. Raises `OutsideFailure`."""
        ...

    def set_webhook(self, account: Account, url: str | None) -> str | None:
        """Have events sent to `url`, or (None) to nobody. A sentence for the operator where he must do it himself."""
        ...
