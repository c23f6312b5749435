"""What the bot made of each message, and the labels that people gave."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base


class Reason(StrEnum):
    """Why a message is worth a person's look."""

    FALLBACK = "fallback"  # the bot said that it did not understand
    UNSURE_TYPE = "unsure_type"
    UNSURE_CATEGORY = "unsure_category"
    CORRECTED = "corrected"  # the citizen said that it was wrong
    CHOSEN = "chosen"  # the citizen pressed a button that says something else than the likeliest guess
    RECATEGORISED = "recategorised"  # staff settled on another category
    FORWARDED = "forwarded"  # staff sent it to another department


class Understanding(Base):
    """The bot's parse of one message. No words: they stand in `message`. Kept as long as the channels' raw payloads."""

    __tablename__ = "understanding"
    __table_args__ = (
        Index("ix_understanding_event_id", "event_id"),
        Index("ix_understanding_unsure", "message_id", postgresql_where="reasons <> '[]'::jsonb"),
        Index("ix_understanding_at", "at"),
    )
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    event_id: Mapped[int]  # of the bot's own record
    at: Mapped[datetime]  # when the message came
    intent: Mapped[str]
    message_type: Mapped[str]  # of taxonomy.yml
    confidence: Mapped[float]  # of the intent
    margin: Mapped[float]  # to the second one
    category: Mapped[str | None]
    category_confidence: Mapped[float | None]
    category_margin: Mapped[float | None]
    procedure: Mapped[str | None]
    procedure_confidence: Mapped[float | None]
    # the first few of each head: {"intent" | "category" | "procedure": [[name, probability], …]}
    rankings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # [[entity, start, end], …] in the message's text without what `turn.words_for_bot` strips
    spans: Mapped[list[Any]] = mapped_column(default=list)
    asked: Mapped[str | None]  # the slot that the bot was asking for
    model_id: Mapped[str | None]  # which trained model it was
    reasons: Mapped[list[str]] = mapped_column(default=list)
    settled_type: Mapped[str | None]  # what the citizen chose by a button
    settled_category: Mapped[str | None]  # what the citizen chose or staff settled on
    settled_procedure: Mapped[str | None]
    settled_department: Mapped[str | None]  # where staff sent it


class Label(Base):
    """What a person says a message is. The words are stripped of personal data, so they may be kept for good."""

    __tablename__ = "label"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    skipped: Mapped[bool] = mapped_column(default=False)  # looked at and left; without words
    text: Mapped[str] = mapped_column(default="")
    message_type: Mapped[str | None]
    category: Mapped[str | None]
    procedure: Mapped[str | None]
    place: Mapped[str | None]  # a part of `text`
    intent: Mapped[str | None]  # the bot's guess, for the types that have several intents
    guess: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"type", "category", "procedure"} as the bot had it
    reasons: Mapped[list[str]] = mapped_column(default=list)
