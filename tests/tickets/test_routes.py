"""The REST API of a citizen's own tickets: one key one ticket, pages without gaps, verdicts, and only one's own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from api.app import create_app
from api.core import web
from api.core.clock import FixedClock
from api.core.db import transaction
from api.departments.models import Role, Staff
from api.tickets import work
from api.tickets.models import Ticket
from api.tickets.queries import by_number
from tests.cast import jpeg

TICKETS = "/api/v1/tickets"
BODY: dict[str, Any] = {
    "category": "street_light",
    "description": "Đèn đường ngõ 12 hỏng 3 hôm nay",
    "place": "ngõ 12 Nguyễn Lương Bằng, phường Thanh Bình",
    "contact_name": "Lan",
    "contact_phone": "0912345678",
    "consent": True,
}


@dataclass
class Citizen:
    """One visitor of the web chat, as another system speaks for them."""

    http: TestClient
    token: str

    def call(self, method: str, path: str, key: str = "", **given: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        return self.http.request(method, path, headers=headers, **given)

    def open(self, key: str = "key-00001", **changes: Any) -> httpx.Response:
        return self.call("POST", TICKETS, key, json=BODY | changes)


@pytest.fixture
def newcomer(committed: str, clock: FixedClock) -> Iterator[Callable[[], Citizen]]:
    web._limiter.storage.reset()
    with TestClient(create_app(clock)) as http:
        yield lambda: Citizen(http, http.post("/api/v1/chat/visitors").json()["token"])


@pytest.fixture
def lan(newcomer: Callable[[], Citizen]) -> Citizen:
    return newcomer()


def count() -> int:
    with transaction() as db:
        return db.scalar(select(func.count(Ticket.id))) or 0


def answered(number: str, clock: FixedClock) -> None:
    """A clerk of the owning department has dealt with it."""
    with transaction() as db:
        ticket = by_number(db, number, lock=True)
        binh = Staff(
            username="binh-api", name="Bình", password_hash="", role=Role.CLERK, department_code=ticket.department_code
        )
        db.add(binh)
        db.flush()
        work.resolve(db, ticket, binh, "Đã thay bóng mới.", clock.now())


def test_a_ticket_is_opened_routed_and_read(lan: Citizen) -> None:
    made = lan.open()
    assert made.status_code == 201
    ticket = made.json()
    assert (ticket["status"], ticket["department"], ticket["unit_code"] is not None) == ("new", "chieu_sang", True)
    read = lan.call("GET", f"{TICKETS}/{ticket['number']}").json()
    assert [event["kind"] for event in read["events"]] == ["open"]
    assert lan.call("GET", f"{TICKETS}/{ticket['number'].lower()}").json()["number"] == ticket["number"]


def test_one_key_opens_one_ticket(lan: Citizen, newcomer: Callable[[], Citizen]) -> None:
    first, again = lan.open(), lan.open()
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert lan.open("key-00002").json()["number"] != first.json()["number"]
    # another visitor's key is another key
    assert newcomer().open().json()["number"] != first.json()["number"]
    assert count() == 3


@pytest.mark.parametrize("key", ["", "short", "x" * 101])
def test_without_a_proper_key_nothing_is_opened(lan: Citizen, key: str) -> None:
    refused = lan.open(key)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert refused.json()["fields"][0]["field"] == "header.idempotency-key"
    assert count() == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consent": False}, "consent_missing"),
        ({"category": "khong_co"}, "draft_incomplete"),
        ({"description": "abc"}, "invalid"),
        ({"description": "x" * 4001}, "invalid"),
        ({"message_type": "denunciation"}, "invalid"),
        ({"contact_phone": "gọi em"}, "invalid"),
        ({"lat": 91, "lon": 106}, "invalid"),
        ({"media_ids": ["x"]}, "invalid"),
    ],
)
def test_what_cannot_be_a_ticket_is_refused(lan: Citizen, changes: dict[str, Any], code: str) -> None:
    refused = lan.open(**changes)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json()["type"] == f"urn:langnghe:{code}"
    assert count() == 0


def test_somebody_elses_photo_is_left_out(lan: Citizen, newcomer: Callable[[], Citizen]) -> None:
    files = {"file": ("a.jpg", jpeg(), "image/jpeg")}
    photo = newcomer().call("POST", "/api/v1/chat/photos", files=files).json()["media_id"]
    number = lan.open(media_ids=[photo]).json()["number"]
    assert lan.call("GET", f"/api/v1/chat/photos/{photo}").status_code == 404
    assert lan.call("GET", f"{TICKETS}/{number}").status_code == 200


def test_pages_have_no_gaps_and_no_doubles(lan: Citizen, newcomer: Callable[[], Citizen]) -> None:
    numbers = [lan.open(f"key-{i:05}").json()["number"] for i in range(7)]
    newcomer().open()
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = lan.call("GET", TICKETS, params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        found += [ticket["number"] for ticket in page["tickets"]]
        cursor = page["next_cursor"]
        # one more, opened while the pages are read, moves none of the older ones
        lan.open(f"late-{len(found):05}")
    assert found == sorted(numbers, reverse=True)


def test_only_ones_own(lan: Citizen, newcomer: Callable[[], Citizen]) -> None:
    number = lan.open().json()["number"]
    other = newcomer()
    for method, path, body in (
        ("GET", number, None),
        ("POST", f"{number}/rating", {"score": 5}),
        ("POST", f"{number}/reopen", {"reason": "x"}),
        ("GET", "HD-26-999999", None),
    ):
        refused = other.call(method, f"{TICKETS}/{path}", json=body)
        assert refused.status_code == 404
        assert "không tìm thấy" in refused.json()["detail"]
    assert other.call("GET", TICKETS).json()["tickets"] == []


@pytest.mark.parametrize("token", ["", "made-up", "x" * 5000])
def test_without_a_token(lan: Citizen, token: str) -> None:
    number = lan.open().json()["number"]
    stranger = Citizen(lan.http, token)
    for answer in (stranger.open("key-00009"), stranger.call("GET", TICKETS), stranger.call("GET", f"{TICKETS}/{number}")):
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert count() == 1


def test_a_verdict_before_the_answer_is_a_conflict(lan: Citizen) -> None:
    number = lan.open().json()["number"]
    for deed, body in (("rating", {"score": 5}), ("reopen", {"reason": "Đèn vẫn tối"})):
        refused = lan.call("POST", f"{TICKETS}/{number}/{deed}", json=body)
        assert (refused.status_code, refused.json()["code"], refused.json()["state"]) == (409, "not_allowed_now", "new")
        assert refused.json()["status"] == 409


def test_rating_again_changes_the_rating(lan: Citizen, clock: FixedClock) -> None:
    number = lan.open().json()["number"]
    answered(number, clock)
    assert lan.call("POST", f"{TICKETS}/{number}/rating", json={"score": 2}).json()["rating"] == 2
    rated = lan.call("POST", f"{TICKETS}/{number}/rating", json={"score": 5, "comment": "Sáng rồi"}).json()
    assert (rated["rating"], rated["status"]) == (5, "closed")
    assert lan.call("POST", f"{TICKETS}/{number}/rating", json={"score": 6}).status_code == 422


def test_not_fixed_reopens_once_and_not_for_ever(lan: Citizen, clock: FixedClock) -> None:
    number = lan.open().json()["number"]
    answered(number, clock)
    path = f"{TICKETS}/{number}/reopen"
    assert [lan.call("POST", path, json={"reason": "Vẫn tối"}).json()["status"] for _ in range(2)] == ["in_progress"] * 2
    read = lan.call("GET", f"{TICKETS}/{number}").json()
    assert [event["kind"] for event in read["events"]].count("reopen") == 1
    late = lan.open("key-00002").json()["number"]
    with transaction() as db:
        ticket = by_number(db, late, lock=True)
        binh = db.scalars(select(Staff).where(Staff.username == "binh-api")).one()
        work.resolve(db, ticket, binh, "Đã thay.", clock.now())
    clock.move(timedelta(days=60))
    refused = lan.call("POST", f"{TICKETS}/{late}/reopen", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_late_to_reopen")


def test_notes_of_the_staff_stay_inside(lan: Citizen, clock: FixedClock) -> None:
    number = lan.open().json()["number"]
    answered(number, clock)
    with transaction() as db:
        ticket = by_number(db, number, lock=True)
        binh = db.scalars(select(Staff).where(Staff.username == "binh-api")).one()
        work.note(db, ticket, binh, "Nhà thầu chậm", clock.now())
    shown = lan.call("GET", f"{TICKETS}/{number}").text
    assert "Nhà thầu chậm" not in shown
    assert "Đã thay bóng mới." in shown
