"""A small hand-made history around one weekend, so that every figure can be counted on paper.

All times are Hải Dương's. The week from Monday 16 to Friday 20 November 2026 is worked, the weekend is free, and so is
Tuesday 24 November (Ngày Văn hóa Việt Nam).
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.app import create_app
from api.core import web
from api.core.clock import FixedClock
from api.departments import staff
from api.tickets import merge, verdict, work
from api.tickets.clock import tick
from api.tickets.models import Ticket
from tests.cast import PASSWORD, Cast, make_cast, report

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day: int, clock: str, month: int = 11) -> datetime:
    """A moment of 2026: `at(20, "16:50")`."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@pytest.fixture
def cast(db: Session, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Lan's own ticket is opened in October: before every period counted here, and never handled. Nobody signs in."""
    monkeypatch.setattr(staff, "hash_password", lambda password: "nobody signs in")
    return make_cast(db, at(1, "08:00", month=10))


@dataclass
class History:
    """Writes the history through the services, as people would."""

    db: Session
    cast: Cast
    threads: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)

    def opened(self, when: datetime, **changes: object) -> Ticket:
        ticket, thread = report(self.db, when, **changes)
        self.threads[ticket.id] = thread.id
        return ticket

    def accepted(self, ticket: Ticket, when: datetime) -> None:
        work.accept(self.db, ticket, self.cast.vu, when)

    def resolved(self, ticket: Ticket, when: datetime) -> None:
        work.resolve(self.db, ticket, self.cast.vu, "Đã xong.", when)

    def rated(self, ticket: Ticket, score: int, when: datetime) -> None:
        verdict.rate(self.db, ticket, self.threads[ticket.id], score, None, when)

    def reopened(self, ticket: Ticket, when: datetime) -> None:
        verdict.reopen(self.db, ticket, self.threads[ticket.id], "Chưa xong", when)

    def merged(self, ticket: Ticket, main: Ticket, when: datetime) -> None:
        merge.merge(self.db, ticket, main, self.cast.vu, when)

    def swept(self, ticket: Ticket, when: datetime) -> None:
        tick(self.db, ticket.id, when)


@pytest.fixture
def history(db: Session, cast: Cast) -> History:
    return History(db, cast)


@pytest.fixture
def console(committed: str, clock: FixedClock) -> Iterator[Callable[[str], TestClient]]:
    """A client for the console on an empty, really committed database."""
    web._limiter.storage.reset()
    with TestClient(create_app(clock), base_url="http://testserver") as client:
        yield lambda username: _signed_in(client, username)


def _signed_in(client: TestClient, username: str) -> TestClient:
    client.cookies.clear()
    client.get("/admin/dang-nhap")
    form = {"username": username, "password": PASSWORD, "form_token": client.cookies["langnghe_form"]}
    answer = client.post("/admin/dang-nhap", data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return client
