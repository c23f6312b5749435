"""Staff accounts from the command line: the cast of a new installation, and single ones."""

import secrets
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.db import transaction
from api.core.settings import get_settings
from api.departments.models import Staff
from api.departments.staff import add_staff
from api.localities.pack import read

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # typed off a screen: none that look like another
PASSWORD_LENGTH = 12  # 59 bits


def notes_path() -> Path:
    return get_settings().data_dir / "accounts.txt"


def make_cast(session: Session) -> None:
    """The pack's accounts with random passwords, once, while nobody has an account. The passwords go to `notes_path`."""
    if session.scalar(select(func.count()).select_from(Staff)):
        return
    lines = [_make(session, entry) for entry in read("accounts.yml")]
    path = notes_path()
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _make(session: Session, entry: dict[str, Any]) -> str:
    password = _password()
    department = entry.get("department")
    add_staff(session, entry["username"], entry["name"], password, entry["role"], department, demo=entry["role"] != "admin")
    return f"{entry['username']:<10} {password:<14} {entry['note']}"


def _password() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(PASSWORD_LENGTH))


def add(username: str, name: str, role: str, department: str | None) -> str:
    """One more account; returns its password. Raises `DomainError` for a wrong role or department, or a taken name."""
    password = _password()
    with transaction() as session:
        add_staff(session, username, name, password, role, department)
    return password


def listing() -> list[str]:
    with transaction() as session:
        found = session.scalars(select(Staff).order_by(Staff.username)).all()
        return [
            f"{s.username:<16} {s.role:<11} {s.department_code or '-':<20} {s.name}{'' if s.active else ' (đã khóa)'}"
            for s in found
        ]
