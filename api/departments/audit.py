"""The record of every change of the set-up."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.departments.models import AuditEvent


def audit(
    session: Session,
    staff_id: int | None,
    deed: str,
    what: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
) -> AuditEvent | None:
    """Write down one change: only the fields that differ. Nothing changed leaves no row. Passwords never come here."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not names:
        return None
    row = AuditEvent(
        at=now,
        staff_id=staff_id,
        deed=deed,
        what=what,
        before={name: _plain(before[name]) for name in names if before.get(name) is not None},
        after={name: _plain(after[name]) for name in names if after.get(name) is not None},
    )
    session.add(row)
    session.flush()
    return row


def fields_of(row: object, names: Sequence[str]) -> dict[str, Any]:
    """The named columns of a row, as they are now."""
    return {name: getattr(row, name) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def audit_rows(session: Session, before: int | None = None, limit: int = 100) -> Sequence[AuditEvent]:
    """The newest changes first; `before`: the id where the last page ended."""
    query = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
    return session.scalars(query.where(AuditEvent.id < before) if before else query).all()
