"""Tickets, the one event row that each change leaves, their reporters and photos."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base


class Status(StrEnum):
    NEW = "new"  # received, nobody has accepted it yet
    IN_PROGRESS = "in_progress"  # accepted by the department
    WAITING = "waiting"  # the citizen was asked back; the clock stands
    RESOLVED = "resolved"  # answered; the citizen may rate it or say that it is not fixed
    CLOSED = "closed"  # rated, or the days for reopening are over
    REJECTED = "rejected"  # not ours or not handled, with a reason
    MERGED = "merged"  # a duplicate, answered through its main ticket
    WITHDRAWN = "withdrawn"  # an urgent ticket that the citizen took back: no emergency


class Priority(StrEnum):
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Ticket(Base):
    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_queue", "department_code", "status", "due_at"),
        Index("ix_ticket_status_due_at", "status", "due_at"),
        Index("ix_ticket_opened_at", "opened_at"),
        Index("ix_ticket_citizen_id", "citizen_id"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    number: Mapped[str] = mapped_column(unique=True)  # HD-26-000123
    open_key: Mapped[str | None] = mapped_column(unique=True)  # opening the same thing twice gives the same ticket
    message_type: Mapped[str]  # report | suggestion | emergency
    category: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    status: Mapped[str]
    priority: Mapped[str] = mapped_column(default=Priority.NORMAL)
    place_text: Mapped[str | None]  # the citizen's own words
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("place_unit.code"), index=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    department_code: Mapped[str] = mapped_column(ForeignKey("department.code"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    citizen_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("citizen.id", ondelete="SET NULL"))
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"), index=True)
    channel: Mapped[str]
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None]
    opened_at: Mapped[datetime]
    first_response_due_at: Mapped[datetime]
    first_answered_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    deadline_rule: Mapped[str]
    waiting_since: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]  # when the clock marked it late; None: never was
    warned_at: Mapped[datetime | None]  # when the clock warned that it is due soon
    answer: Mapped[str | None]  # the answer given to the citizen at the last resolution
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    reopen_count: Mapped[int] = mapped_column(default=0)
    rating: Mapped[int | None]  # 1 … 5
    rating_comment: Mapped[str | None]
    urgency_reason: Mapped[str | None]
    signals: Mapped[dict[str, Any]] = mapped_column(
        default=dict, server_default="{}"
    )  # mark of urgency → the bot's probability
    signals_cleared: Mapped[list[str]] = mapped_column(default=list, server_default="[]")  # those that staff took off
    folded: Mapped[str]  # number, title, description, place and names, folded: what search looks through
    demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class TicketEvent(Base):
    """One change: history, audit, source of notices and of statistics at once."""

    __tablename__ = "ticket_event"
    __table_args__ = (Index("ix_ticket_event_ticket_id_id", "ticket_id", "id"), Index("ix_ticket_event_at", "at"))
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    kind: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]  # citizen | staff | bot | clock
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    from_status: Mapped[str | None]
    to_status: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    public: Mapped[bool] = mapped_column(default=True)  # False: internal note and the like, never shown to citizens
    announced_at: Mapped[datetime | None]  # when notifications dealt with it


class TicketReporter(Base):
    """Everyone who is to hear of the ticket: the opener, and the openers of merged duplicates."""

    __tablename__ = "ticket_reporter"
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    number: Mapped[str]  # the number this reporter knows


class TicketPhoto(Base):
    __tablename__ = "ticket_photo"
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    media_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("media.id", ondelete="CASCADE"), primary_key=True, index=True)
    moment: Mapped[str] = mapped_column(default="before")  # before | after


class TicketRating(Base):
    """One verdict of one reporter about one resolution (a reopened ticket can be rated again)."""

    __tablename__ = "ticket_rating"
    __table_args__ = (UniqueConstraint("ticket_id", "conversation_id", "round"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    round: Mapped[int]  # the ticket's reopen_count when it was given
    score: Mapped[int]
    comment: Mapped[str | None]
    at: Mapped[datetime]


class TicketCounter(Base):
    """The last number given in a year, locked while the next one is taken: numbers have no gaps after a commit."""

    __tablename__ = "ticket_counter"
    prefix: Mapped[str] = mapped_column(primary_key=True)  # HD-26
    last: Mapped[int]
