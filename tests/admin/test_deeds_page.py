"""Every deed through HTTP: it happens, Chi may not, a refusal keeps what was typed, a colleague's change is noticed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.conversations.models import Message
from api.departments.models import Staff
from api.tickets import work
from api.tickets.merge import merge
from api.tickets.models import Priority, Status
from api.tickets.queries import photos_of, timeline
from tests.admin.conftest import Desk
from tests.cast import CLEANING, Cast, jpeg, report

Enter = Callable[[Staff], Desk]
WORDS = "Dạ, chúng em đã ghi nhận"
FIELDS: dict[str, dict[str, Any]] = {
    "accept": {},
    "reply": {"text": WORDS},
    "ask_back": {"text": WORDS},
    "resolve": {"text": WORDS},
    "forward": {"text": WORDS, "department": CLEANING},
    "return": {"text": WORDS},
    "assign": {"to": "self"},
    "note": {"text": WORDS},
    "recategorise": {"category": "electricity"},
    "extend": {"text": WORDS, "days": "2"},
    "prioritise": {"priority": "high"},
    "reject": {"text": WORDS},
}


def fields(deed: str, staff: Staff) -> dict[str, Any]:
    return {name: str(staff.id) if value == "self" else value for name, value in FIELDS[deed].items()}


@pytest.mark.parametrize("deed", FIELDS)
def test_a_head_does_each(as_: Enter, cast: Cast, db: Session, deed: str) -> None:
    answer = as_(cast.minh).deed(cast.ticket.number, deed, fields(deed, cast.minh))
    assert answer.status_code == 303
    gone = deed in {"forward", "return"}
    assert answer.headers["location"].startswith("/admin/?xong=" if gone else f"/admin/phan-anh/{cast.ticket.number}?xong=")
    event = timeline(db, cast.ticket.id)[-1]
    assert (event.kind, event.staff_id) == (deed, cast.minh.id)
    # and the page says so in words
    text = as_(cast.ha).get(f"/admin/phan-anh/{cast.ticket.number}").text
    assert "Đỗ Minh" in text
    assert "{" not in text.split('class="history"')[1].split("</ol>")[0]


@pytest.mark.parametrize("deed", [*FIELDS, "merge", "unmerge"])
def test_chi_may_not(as_: Enter, cast: Cast, db: Session, now: datetime, deed: str) -> None:
    other, _ = report(db, now)
    given = fields(deed, cast.chi) if deed in FIELDS else {"into": other.number}
    answer = as_(cast.chi).post(f"/admin/phan-anh/{cast.ticket.number}/{deed}", given | {"version": str(cast.ticket.version)})
    assert answer.status_code == 403
    assert "Tối lắm" not in answer.text
    assert [event.kind for event in timeline(db, cast.ticket.id)] == ["open"]


@pytest.mark.parametrize("deed", [name for name in FIELDS if name not in {"note", "prioritise"}])
def test_a_leader_may_not(as_: Enter, cast: Cast, db: Session, deed: str) -> None:
    answer = as_(cast.dung).deed(cast.ticket.number, deed, fields(deed, cast.dung))
    assert answer.status_code == 403
    assert [event.kind for event in timeline(db, cast.ticket.id)] == ["open"]


@pytest.mark.parametrize("deed", ["open", "rate", "reopen", "close", "warn", "nonsense", "citizen_answer"])
def test_what_is_not_staffs_is_no_form(as_: Enter, cast: Cast, deed: str) -> None:
    assert as_(cast.vu).deed(cast.ticket.number, deed).status_code == 404


def test_duplicates_are_offered_merged_and_taken_apart(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    other, _ = report(db, now)
    desk = as_(cast.minh)
    assert f'value="{cast.ticket.number}"' in desk.get(f"/admin/phan-anh/{other.number}").text
    assert desk.deed(other.number, "merge", {"into": cast.ticket.number}).status_code == 303
    db.refresh(other)
    assert other.status == Status.MERGED
    assert "Gửi cho 2 người dân." in desk.get(f"/admin/phan-anh/{cast.ticket.number}").text
    assert desk.deed(other.number, "unmerge").status_code == 303
    db.refresh(other)
    assert (other.status, other.merged_into_id) == (Status.NEW, None)


@pytest.mark.parametrize("into", ["", "HD-26-999999", "xyz", "self"])
def test_a_wrong_main_ticket_is_said_in_the_form(as_: Enter, cast: Cast, db: Session, into: str) -> None:
    number = cast.ticket.number if into == "self" else into
    answer = as_(cast.binh).deed(cast.ticket.number, "merge", {"into_other": number})
    assert answer.status_code in {404, 409, 422}
    assert 'id="refused"' in answer.text


def test_a_refusal_keeps_what_was_typed(as_: Enter, cast: Cast) -> None:
    answer = as_(cast.binh).deed(cast.ticket.number, "forward", {"text": "Vì sao <b>tôi</b>", "department": "khong_co"})
    assert answer.status_code == 422
    assert "Vì sao &lt;b&gt;tôi&lt;/b&gt;</textarea>" in answer.text
    assert "Đơn vị nhận không có trong danh sách." in answer.text


def test_a_colleagues_change_is_noticed_and_nothing_is_lost(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    desk = as_(cast.binh)
    old = str(cast.ticket.version)
    work.accept(db, cast.ticket, cast.minh, now)
    answer = desk.post(f"/admin/phan-anh/{cast.ticket.number}/resolve", {"text": WORDS, "version": old})
    assert answer.status_code == 409
    assert "Người khác vừa cập nhật phản ánh này" in answer.text
    assert f"{WORDS}</textarea>" in answer.text
    # the form now carries the new version: sending it again is enough
    assert f'name="version" value="{cast.ticket.version}"' in answer.text
    assert desk.deed(cast.ticket.number, "resolve", {"text": WORDS}).status_code == 303


def test_words_survive_even_when_their_form_is_gone(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    desk = as_(cast.binh)
    old = str(cast.ticket.version)
    work.reject(db, cast.ticket, cast.minh, "Ngoài phạm vi", now)
    answer = desk.post(f"/admin/phan-anh/{cast.ticket.number}/resolve", {"text": WORDS, "version": old})
    assert answer.status_code == 409
    assert 'id="kept"' in answer.text
    assert WORDS in answer.text


def test_a_colleagues_note_disturbs_nobody(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    old = str(cast.ticket.version)
    work.note(db, cast.ticket, cast.minh, "tôi xem rồi", now)
    answer = as_(cast.binh).post(f"/admin/phan-anh/{cast.ticket.number}/accept", {"version": old})
    assert answer.status_code == 303


def test_pressing_twice_sends_once(as_: Enter, cast: Cast, db: Session) -> None:
    desk = as_(cast.binh)
    for _ in range(2):
        assert desk.deed(cast.ticket.number, "reply", {"text": WORDS}).status_code == 303
    said = db.scalars(select(Message).where(Message.conversation_id == cast.lan.id, Message.author == "staff")).all()
    assert [row.text for row in said] == [WORDS]


def test_the_answer_goes_out_with_photos(as_: Enter, cast: Cast, db: Session) -> None:
    files = [("photos", ("sau.jpg", jpeg("yellow"), "image/jpeg")), ("photos", ("", b"", "application/octet-stream"))]
    answer = as_(cast.binh).deed(cast.ticket.number, "resolve", {"text": WORDS}, files=files)
    assert answer.status_code == 303
    assert [moment for _, moment in photos_of(db, cast.ticket.id)] == ["after"]
    assert timeline(db, cast.ticket.id)[-1].data["text"] == WORDS


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("x.jpg", b"%PDF-1.7 not a photo", 415),
        ("x.jpg", b"", 415),
        ("x.svg", b"<svg onload=alert(1)>", 415),
        ("big.jpg", b"\xff" * 10_000_001, 413),
    ],
)
def test_what_is_no_photo_is_refused_with_the_words_kept(
    as_: Enter, cast: Cast, db: Session, name: str, data: bytes, status: int
) -> None:
    files = [("photos", (name, data, "image/jpeg"))]
    answer = as_(cast.binh).deed(cast.ticket.number, "resolve", {"text": WORDS}, files=files)
    assert answer.status_code == status
    assert f"{WORDS}</textarea>" in answer.text
    assert cast.ticket.status == Status.NEW
    assert photos_of(db, cast.ticket.id) == []


def test_too_many_photos_are_refused(as_: Enter, cast: Cast) -> None:
    files = [("photos", (f"{n}.jpg", jpeg(), "image/jpeg")) for n in range(6)]
    assert as_(cast.binh).deed(cast.ticket.number, "resolve", {"text": WORDS}, files=files).status_code == 422


@pytest.mark.parametrize(
    ("deed", "given"),
    [
        ("note", {"text": "\x00 \x01"}),
        ("note", {"text": "a" * 4001}),
        ("extend", {"text": WORDS, "days": "-1"}),
        ("extend", {"text": WORDS, "days": "9" * 30}),
        ("prioritise", {"priority": "x"}),
        ("recategorise", {"category": "x"}),
        ("assign", {"to": "9" * 30}),
        ("assign", {"to": ""}),
        ("forward", {"text": WORDS, "department": "\x00"}),
    ],
)
def test_wrong_input_is_a_clear_refusal(as_: Enter, cast: Cast, db: Session, deed: str, given: dict[str, str]) -> None:
    answer = as_(cast.minh).deed(cast.ticket.number, deed, given)
    assert answer.status_code == 422
    assert [event.kind for event in timeline(db, cast.ticket.id)] == ["open"]


def test_htmx_gets_the_pane_and_is_led_away_when_the_ticket_left(as_: Enter, cast: Cast, db: Session) -> None:
    desk = as_(cast.binh)
    htmx = {"HX-Request": "true"}
    refused = desk.deed(cast.ticket.number, "note", {"text": ""}, headers=htmx)
    assert refused.status_code == 422
    assert "<html" not in refused.text
    moved = desk.deed(cast.ticket.number, "forward", {"text": WORDS, "department": CLEANING}, headers=htmx)
    assert (moved.status_code, moved.headers["hx-redirect"]) == (200, "/admin/?xong=forward")
    assert "Đã chuyển phản ánh." in desk.get("/admin/?xong=forward").text


def test_ready_made_replies_fit_the_category(as_: Enter, cast: Cast) -> None:
    text = as_(cast.binh).get(f"/admin/phan-anh/{cast.ticket.number}").text
    assert "Đã sửa xong đèn" in text
    assert "Đã vá mặt đường" not in text
    assert "{department}" not in text


def test_a_merged_ticket_names_its_main(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    other, _ = report(db, now, priority=Priority.HIGH)
    merge(db, other, cast.ticket, cast.binh, now)
    text = as_(cast.binh).get(f"/admin/phan-anh/{other.number}").text
    assert "Đã gộp vào" in text
    assert "Bình gộp vào" in text
