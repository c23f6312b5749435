"""The console through HTTP over the test's own session: what a route commits is rolled back with it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from admin.app import create_admin
from admin.auth import COOKIE
from api.core import web
from api.core.clock import FixedClock
from api.core.db import session_dependency
from api.core.live import Hub
from api.departments.models import Staff
from api.departments.staff import sign_in
from tests.cast import PASSWORD, Cast, make_cast


@pytest.fixture
def cast(db: Session, now: datetime) -> Cast:
    return make_cast(db, now)


@dataclass
class Desk:
    """One person's browser. `post` fills the CSRF field as our own forms do."""

    http: TestClient
    csrf: str
    db: Session

    def get(self, path: str, **kwargs: Any) -> Any:
        self.db.commit()  # what the test has prepared stays, whatever becomes of the request
        return self.http.get(path, **kwargs)

    def post(self, path: str, fields: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        self.db.commit()
        return self.http.post(path, data={"csrf": self.csrf} | (fields or {}), follow_redirects=False, **kwargs)

    def deed(self, number: str, deed: str, fields: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Fill the form of that deed as it stands on the ticket's page."""
        found = re.search(r'name="version" value="(\d+)"', self.get(f"/admin/phan-anh/{number}").text)
        version = {"version": found[1]} if found else {}
        return self.post(f"/admin/phan-anh/{number}/{deed}", version | (fields or {}), **kwargs)


@pytest.fixture
def console(db: Session, clock: FixedClock) -> FastAPI:
    def session() -> Iterator[Session]:
        try:
            yield db
        except BaseException:
            db.rollback()
            raise
        db.commit()

    web._limiter.storage.reset()
    made = create_admin(clock, Hub())
    made.dependency_overrides[session_dependency] = session
    outer = FastAPI()
    outer.mount("/admin", made)
    return outer


@pytest.fixture
def stranger(console: FastAPI, cast: Cast, db: Session) -> TestClient:
    db.commit()
    return TestClient(console)


@pytest.fixture
def as_(console: FastAPI, db: Session, now: datetime) -> Callable[[Staff], Desk]:
    def enter(staff: Staff) -> Desk:
        _, token, row = sign_in(db, staff.username, PASSWORD, now)
        db.commit()
        http = TestClient(console)
        http.cookies.set(COOKIE, token, path="/admin")
        return Desk(http, row.csrf_token, db)

    return enter
