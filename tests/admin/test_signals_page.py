"""Marks of urgency on the screens: in words with their reason, one tap takes them off, Chi may not."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from api.departments.models import Staff
from api.tickets.queries import timeline
from tests.admin.conftest import Desk
from tests.cast import Cast, report

Enter = Callable[[Staff], Desk]
FOUND = {"danger": 0.87, "children": 0.6}


def test_the_list_and_the_ticket_say_it_in_words_with_the_reason(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    ticket, _ = report(db, now, signals=FOUND)
    desk = as_(cast.binh)
    row = desk.get("/admin/").text.split(f'id="row-{ticket.number}"')[1].split("</li>")[0]
    sheet = desk.get(f"/admin/phan-anh/{ticket.number}").text
    for shown in (row, sheet):
        assert shown.index("Nguy hiểm") < shown.index("Có trẻ em")
        assert "nguy hiểm cho tính mạng hoặc sức khỏe (do máy đoán, chắc 87%)" in shown
        assert "tag-waiting" not in shown.split("<dl")[0]
    assert "Do máy đoán từ lời người dân." in sheet
    assert "Do máy đoán" not in desk.get(f"/admin/phan-anh/{cast.ticket.number}").text


def test_one_tap_takes_it_off(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    ticket, _ = report(db, now, signals=FOUND)
    desk = as_(cast.binh)
    assert desk.deed(ticket.number, "unmark", {"signal": "danger"}).status_code == 303
    page = desk.get(f"/admin/phan-anh/{ticket.number}?xong=unmark").text
    assert "Đã bỏ dấu hiệu." in page
    assert "Nguyễn Văn Bình bỏ dấu hiệu: Nguy hiểm" in page
    assert "tag-danger" not in page
    assert "tag-children" in page
    again = desk.deed(ticket.number, "unmark", {"signal": "danger"})
    assert again.status_code == 422
    assert "Dấu hiệu này không còn trên phản ánh." in again.text


def test_chi_may_not(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    ticket, _ = report(db, now, signals=FOUND)
    answer = as_(cast.chi).post(f"/admin/phan-anh/{ticket.number}/unmark", {"version": str(ticket.version), "signal": "danger"})
    assert answer.status_code == 403
    assert ticket.signals == FOUND
    assert [event.kind for event in timeline(db, ticket.id)] == ["open"]


def test_a_leader_sees_it_without_a_button(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    ticket, _ = report(db, now, signals=FOUND)
    page = as_(cast.dung).get(f"/admin/phan-anh/{ticket.number}").text
    assert "tag-danger" in page
    assert "signal-off" not in page
    assert as_(cast.dung).deed(ticket.number, "unmark", {"signal": "danger"}).status_code == 403


def test_the_list_is_narrowed_to_a_mark(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    ticket, _ = report(db, now, signals=FOUND)
    desk = as_(cast.binh)
    narrowed = desk.get("/admin/?dau_hieu=danger").text
    assert ticket.number in narrowed
    assert f"row-{cast.ticket.number}" not in narrowed
    assert "Lọc thêm (1)" in narrowed
    # a mark that does not exist narrows nothing
    assert f"row-{cast.ticket.number}" in desk.get("/admin/?dau_hieu=joy").text


def test_why_a_ticket_is_urgent_is_told_in_vietnamese(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    ticket, _ = report(db, now, message_type="emergency", urgency_reason="emergency")
    page = as_(cast.binh).get(f"/admin/phan-anh/{ticket.number}").text
    assert "Người dân báo khẩn cấp, có thể nguy hiểm đến tính mạng" in page


def test_the_citizen_never_sees_them(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    """They order the desk's work; nothing that leaves it knows them."""
    from api.tickets.card import ticket_card
    from api.tickets.schemas import TicketOut

    ticket, _ = report(db, now, signals={"anger": 0.99})
    assert "anger" not in str(ticket_card(db, ticket))
    assert "anger" not in TicketOut.of(ticket).model_dump_json()
    assert not any("anger" in str(event.data) for event in timeline(db, ticket.id, public_only=True))
