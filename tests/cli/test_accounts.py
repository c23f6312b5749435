"""The cast of a new installation."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cli import accounts
from api.core.security import password_matches
from api.core.settings import get_settings
from api.departments.models import Role, Staff


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(get_settings(), "data_dir", tmp_path)
    return tmp_path / "accounts.txt"


def test_every_role_gets_an_account_whose_password_is_noted(db: Session, notes: Path) -> None:
    accounts.make_cast(db)
    people = {staff.username: staff for staff in db.scalars(select(Staff))}
    assert {staff.role for staff in people.values()} == set(Role)
    noted = {line.split()[0]: line.split()[1] for line in notes.read_text(encoding="utf-8").splitlines()}
    assert noted.keys() == people.keys()
    assert all(password_matches(people[name].password_hash, password) for name, password in noted.items())
    assert notes.stat().st_mode & 0o077 == 0
    assert len(set(noted.values())) == len(noted)


def test_only_while_nobody_has_an_account(db: Session, notes: Path) -> None:
    accounts.make_cast(db)
    first = notes.read_text(encoding="utf-8")
    accounts.make_cast(db)
    assert notes.read_text(encoding="utf-8") == first
