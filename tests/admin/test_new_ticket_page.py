"""Writing down what a citizen says on the phone or at the desk."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.citizens.models import Citizen, Consent
from api.departments.models import Staff
from api.tickets.models import Ticket
from api.tickets.queries import photos_of, timeline
from tests.admin.conftest import Desk
from tests.cast import Cast, jpeg

Enter = Callable[[Staff], Desk]
GOOD = {
    "key": "k1",
    "channel": "phone",
    "message_type": "report",
    "category": "waste",
    "description": "Rác chất đống ở cổng chợ Phú Yên",
    "place_text": "cổng chợ Phú Yên",
    "unit_code": "10525",
    "priority": "normal",
}


def newest(db: Session) -> Ticket:
    return db.scalars(select(Ticket).order_by(Ticket.number.desc()).limit(1)).one()


def count(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Ticket)) or 0


def test_a_call_becomes_a_ticket_with_its_clerk_as_actor(as_: Enter, cast: Cast, db: Session) -> None:
    desk = as_(cast.binh)
    assert "Ghi phản ánh thay người dân" in desk.get("/admin/phan-anh/moi").text
    answer = desk.post("/admin/phan-anh/moi", GOOD)
    assert answer.status_code == 201
    ticket = newest(db)
    assert (ticket.channel, ticket.department_code, ticket.conversation_id) == ("phone", "moi_truong_do_thi", None)
    assert ticket.number in answer.text
    assert "Môi trường đô thị" in answer.text
    assert timeline(db, ticket.id)[0].staff_id == cast.binh.id
    # it now belongs to Chi, so Bình is not offered to open it
    assert f'href="/admin/phan-anh/{ticket.number}"' not in answer.text
    text = as_(cast.chi).get(f"/admin/phan-anh/{ticket.number}").text
    assert "Không có kênh nhắn tin" in text


def test_pressing_twice_opens_one(as_: Enter, cast: Cast, db: Session) -> None:
    desk, before = as_(cast.binh), count(db)
    numbers = {desk.post("/admin/phan-anh/moi", GOOD).text.split('big-number">')[1].split("<")[0] for _ in range(2)}
    assert len(numbers) == 1
    assert count(db) == before + 1


def test_name_and_phone_need_the_citizens_consent(as_: Enter, cast: Cast, db: Session) -> None:
    desk = as_(cast.binh)
    contact = {"contact_name": "Ngô Văn Tài", "contact_phone": "+84 912 345 679"}
    refused = desk.post("/admin/phan-anh/moi", GOOD | contact)
    assert refused.status_code == 422
    assert "sự đồng ý" in refused.text
    assert GOOD["description"] in refused.text
    assert desk.post("/admin/phan-anh/moi", GOOD | contact | {"consent": "1"}).status_code == 201
    ticket = newest(db)
    assert (ticket.contact_name, ticket.contact_phone) == ("Ngô Văn Tài", "0912345679")
    consent = db.scalars(select(Consent).where(Consent.citizen_id == ticket.citizen_id)).one()
    assert "đồng ý" in consent.wording
    # the same number later is the same citizen
    desk.post("/admin/phan-anh/moi", GOOD | contact | {"consent": "1", "key": "k2"})
    assert newest(db).citizen_id == ticket.citizen_id
    assert db.scalar(select(func.count()).select_from(Citizen).where(Citizen.phone == "0912345679")) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"description": ""},
        {"description": "a" * 4001},
        {"category": ""},
        {"category": "x"},
        {"message_type": "denunciation"},
        {"channel": "web"},
        {"priority": "x"},
        {"unit_code": "00000"},
        {"place_text": "", "unit_code": ""},
        {"place_text": "a" * 201},
        {"contact_phone": "12", "consent": "1"},
        {"contact_phone": "'; drop table ticket; --", "consent": "1"},
    ],
)
def test_wrong_input_opens_nothing_and_keeps_the_words(as_: Enter, cast: Cast, db: Session, changes: dict[str, Any]) -> None:
    desk, before = as_(cast.binh), count(db)
    answer = desk.post("/admin/phan-anh/moi", GOOD | changes)
    assert answer.status_code == 422
    assert 'id="refused"' in answer.text
    assert count(db) == before


def test_photos_come_along(as_: Enter, cast: Cast, db: Session) -> None:
    answer = as_(cast.binh).post("/admin/phan-anh/moi", GOOD, files=[("photos", ("a.jpg", jpeg(), "image/jpeg"))])
    assert answer.status_code == 201
    assert [moment for _, moment in photos_of(db, newest(db).id)] == ["before"]


def test_the_place_may_be_named_in_words(as_: Enter, cast: Cast, db: Session) -> None:
    as_(cast.binh).post("/admin/phan-anh/moi", GOOD | {"unit_code": "", "place_text": "phường Hải Dương"})
    assert newest(db).unit_code == "10525"


def test_a_leader_writes_none(as_: Enter, cast: Cast, db: Session) -> None:
    desk = as_(cast.dung)
    assert desk.get("/admin/phan-anh/moi").status_code == 403
    assert desk.post("/admin/phan-anh/moi", GOOD).status_code == 403
    assert "/admin/phan-anh/moi" not in desk.get("/admin/").text
