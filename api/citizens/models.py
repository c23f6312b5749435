"""Citizens, the channel identities under which they write, and what they consented to."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, func
from sqlalchemy import Identity as Counted
from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base


class Citizen(Base):
    __tablename__ = "citizen"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    display_name: Mapped[str | None]
    phone: Mapped[str | None]  # ten digits, 0…
    demo: Mapped[bool] = mapped_column(default=False)
    # set when two became one: this row is empty and only keeps late references valid
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("citizen.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Identity(Base):
    """One account of a citizen on one channel: (web, default, visitor id), (telegram, bot name, chat user id) …"""

    __tablename__ = "citizen_identity"
    __table_args__ = (UniqueConstraint("channel", "account", "external_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizen.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str]
    account: Mapped[str]
    external_id: Mapped[str]
    display_name: Mapped[str | None]
    token_hash: Mapped[str | None] = mapped_column(unique=True)  # web: hash of the visitor's token
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Consent(Base):
    """Consent to one purpose, with the words that were shown; withdrawn, not deleted (Luật 91/2025/QH15)."""

    __tablename__ = "citizen_consent"
    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizen.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]  # handle_report | photo_location | contact
    wording: Mapped[str]
    granted_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class LinkCode(Base):
    """A code that was shown to a citizen in one chat, to be typed in another."""

    __tablename__ = "citizen_link_code"
    id: Mapped[int] = mapped_column(Counted(always=True), primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizen.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    wrong_tries: Mapped[int]  # by anybody while it was alive
    used_at: Mapped[datetime | None]


class LinkTry(Base):
    """A wrong code that a citizen typed."""

    __tablename__ = "citizen_link_try"
    id: Mapped[int] = mapped_column(Counted(always=True), primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizen.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
