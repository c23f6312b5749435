"""Threads between a citizen and the town hall: messages in and out, photos, and who answers (bot or person)."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base


class Mode(StrEnum):
    BOT = "bot"
    HUMAN = "human"  # a clerk has taken over; the bot is silent


class InStatus(StrEnum):
    RECEIVED = "received"  # durable, waits for its turn
    DONE = "done"


class OutStatus(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"  # in a worker's hands; found so after a crash it is unknown
    SENT = "sent"  # handed to the channel (web: visible in the chat)
    UNKNOWN = "unknown"  # the channel did not answer: it may have arrived, so only a person sends it again
    FAILED = "failed"  # permanent; visible in the console
    HELD = "held"  # may not be sent now, see `windows`; leaves when the citizen writes again
    MOVED = "moved"  # went to another channel of the same citizen as a message of its own


class Conversation(Base):
    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("channel", "account", "chat_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizen.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str]  # web | console | telegram | zalo | zalo_oa
    account: Mapped[str]
    chat_id: Mapped[str]
    mode: Mapped[str] = mapped_column(default=Mode.BOT)
    wants_human: Mapped[bool] = mapped_column(default=False)  # asked for a person, nobody has taken over yet
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # who has taken over
    demo: Mapped[bool] = mapped_column(default=False)
    unreachable_at: Mapped[datetime | None]  # since then the citizen blocks us on this channel
    created_at: Mapped[datetime]
    last_message_at: Mapped[datetime]


class Message(Base):
    """One message in either direction. `id` grows with time and is the cursor of every listing and stream."""

    __tablename__ = "message"
    __table_args__ = (
        # a platform that delivers twice is answered once
        UniqueConstraint("conversation_id", "external_id"),
        Index("ix_message_conversation_id_id", "conversation_id", "id"),
        Index(
            "ix_message_waiting",
            "conversation_id",
            "id",
            postgresql_where="direction = 'in' and status = 'received'",
        ),
        Index(
            "ix_message_on_the_way",
            "conversation_id",
            "id",
            postgresql_where="direction = 'out' and status in ('queued', 'sending')",
        ),
        Index("ix_message_held", "conversation_id", postgresql_where="status = 'held'"),
    )
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    direction: Mapped[str]  # in | out
    author: Mapped[str]  # citizen | bot | staff | system
    kind: Mapped[str]  # text | image | location | contact | button | unsupported …
    text: Mapped[str] = mapped_column(default="")
    # out: {"buttons": [{"title", "payload"}], "card": {...}}; in: {"payload": "/rate{…}", "lat", "lon", "phone"} and
    # what is still to be fetched: {"media": [{"url", "file_id"}]}
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    media_ids: Mapped[list[str]] = mapped_column(default=list)
    external_id: Mapped[str | None]  # the channel's or client's own message id
    status: Mapped[str]
    error: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    reply_to_id: Mapped[int | None]  # out: the message of the citizen that it answers
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    raw: Mapped[dict[str, Any] | None]  # the channel's payload, kept for a limited time
    created_at: Mapped[datetime]
    not_before: Mapped[datetime | None]  # in: waits so long for the rest of an album
    queued_at: Mapped[datetime | None]  # out: sent again by a person at that moment
    done_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]  # out: it reached the phone, where the platform tells
    seen_at: Mapped[datetime | None]  # out: it was read, where the platform tells


class Media(Base):
    """A photo, checked by content and re-encoded without EXIF. lat/lon only when the citizen agreed to keep the place."""

    __tablename__ = "media"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    sha256: Mapped[str]
    mime: Mapped[str]  # image/jpeg | image/png | image/webp
    width: Mapped[int]  # pixels
    height: Mapped[int]
    size: Mapped[int]  # bytes as stored
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    taken_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
