"""Our accounts on the platforms, what they let us send, and payloads that became no message."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base


class ChannelAccount(Base):
    """One account of ours: a Telegram bot, a Zalo bot, a Zalo Official Account."""

    __tablename__ = "channel_account"
    channel: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)  # as it stands in the webhook's address
    name: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="connected")  # connected | refused (by the platform) | off
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"base_url", "mode": "webhook" | "polling"}
    secrets: Mapped[str]  # encrypted JSON: see api.channels.vault
    cursor: Mapped[str | None]  # polling: up to where it is durable
    failures: Mapped[int] = mapped_column(default=0)  # passing failures in a row
    held_until: Mapped[datetime | None]  # nothing is sent before that moment
    last_event_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    last_error_at: Mapped[datetime | None]
    connected_at: Mapped[datetime]


class ChannelEvent(Base):
    """A payload that became no message (unknown, malformed, of a group), kept for a while to be looked at."""

    __tablename__ = "channel_event"
    __table_args__ = (Index("ix_channel_event_received_at", "received_at"),)
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    channel: Mapped[str]
    account: Mapped[str]
    reason: Mapped[str]  # ignored | malformed | refused
    body: Mapped[str]
    received_at: Mapped[datetime]


class ChannelBucket(Base):
    """A token bucket shared by all processes. `key`: channel:account, or channel:account:chat."""

    __tablename__ = "channel_bucket"
    key: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float]
    at: Mapped[datetime]


class ChannelMonth(Base):
    """How many messages an account has sent in a calendar month (of our time zone)."""

    __tablename__ = "channel_month"
    channel: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    sent: Mapped[int]


class OaWindow(Base):
    """One citizen of one Official Account."""

    __tablename__ = "oa_window"
    account: Mapped[str] = mapped_column(primary_key=True)
    chat_id: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]  # the citizen's last message
    free_used: Mapped[int]  # free replies since
    shut: Mapped[bool]  # the platform refused a message although we believed the window open


class OaMonth(Base):
    """What an account sent in a calendar month, by way, and what that cost in đồng."""

    __tablename__ = "oa_month"
    account: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    free: Mapped[int] = mapped_column(default=0)
    paid: Mapped[int] = mapped_column(default=0)
    zns: Mapped[int] = mapped_column(default=0)
    other: Mapped[int] = mapped_column(default=0)
    cost: Mapped[int] = mapped_column(default=0)
