"""Who works here: departments, their staff, and the staff's signed-in sessions."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base


class Role(StrEnum):
    CLERK = "clerk"  # works on the tickets of the own department
    HEAD = "head"  # the same, and answers for the department
    DISPATCHER = "dispatcher"  # sees everything, routes what nobody could
    LEADER = "leader"  # sees figures and tickets of all, changes nothing
    ADMIN = "admin"  # staff, departments, rules and words


class Department(Base):
    """A body that owns tickets. `unit_code` ties a commune's office to its unit."""

    __tablename__ = "department"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    short_name: Mapped[str]
    kind: Mapped[str]  # dispatch | city | commune | utility
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("place_unit.code"))
    phone: Mapped[str | None]
    address: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)


class Staff(Base):
    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    department_code: Mapped[str | None] = mapped_column(ForeignKey("department.code"))
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class StaffSession(Base):
    """A signed-in browser. Only the hash of the cookie's token is stored."""

    __tablename__ = "staff_session"
    __table_args__ = (Index("ix_staff_session_expires_at", "expires_at"),)
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    csrf_token: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    user_agent: Mapped[str | None]


class AuditEvent(Base):
    """One change of the set-up by a person: accounts, departments, routes, clocks, words. Never changed, never deleted."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_at", "at"),)
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: a command of the operator
    deed: Mapped[str]  # staff.add, staff.edit, department.edit, route.save …
    what: Mapped[str]  # name or code of the thing changed
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)  # only the fields that changed
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
