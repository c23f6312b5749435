"""Conversations in the console: who reads, who takes over, what the citizen is told."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.conversations.models import Conversation, Message, Mode
from api.conversations.takeover import ask_for_human, take_over
from api.departments.models import Staff
from tests.admin.conftest import Desk
from tests.cast import Cast, citizen, jpeg

Enter = Callable[[Staff], Desk]


def said(db: Session, row: Conversation) -> list[tuple[str, str]]:
    rows = db.scalars(select(Message).where(Message.conversation_id == row.id).order_by(Message.id))
    return [(message.author, message.text) for message in rows]


def test_taking_over_writing_and_handing_back(as_: Enter, cast: Cast, db: Session) -> None:
    desk, path = as_(cast.binh), f"/admin/tro-chuyen/{cast.lan.id}"
    assert "Nhận trả lời" in desk.get(path).text
    assert desk.post(f"{path}/nhan").status_code == 303
    assert desk.post(f"{path}/nhan").status_code == 303  # pressing twice greets once
    assert desk.post(f"{path}/tin", {"text": "Dạ, em xem ngay ạ <b>"}).status_code == 303
    assert desk.post(f"{path}/tra").status_code == 303
    words = said(db, cast.lan)
    assert [author for author, _ in words] == ["system", "staff", "system"]
    assert "Nguyễn Văn Bình, Xí nghiệp Chiếu sáng" in words[0][1]
    assert words[1][1] == "Dạ, em xem ngay ạ <b>"
    db.refresh(cast.lan)
    assert (cast.lan.mode, cast.lan.staff_id) == (Mode.BOT, None)
    assert "em xem ngay ạ &lt;b&gt;" in desk.get(path).text


def test_a_photo_is_sent_and_shown(as_: Enter, cast: Cast, db: Session) -> None:
    desk, path = as_(cast.binh), f"/admin/tro-chuyen/{cast.lan.id}"
    desk.post(f"{path}/nhan")
    assert desk.post(f"{path}/tin", {"text": ""}, files=[("photos", ("a.jpg", jpeg(), "image/jpeg"))]).status_code == 303
    message = db.scalars(select(Message).where(Message.author == "staff", Message.conversation_id == cast.lan.id)).one()
    assert f"/admin/anh/{message.media_ids[0]}" in desk.get(path).text


def test_chi_may_not(as_: Enter, cast: Cast, db: Session) -> None:
    desk, path = as_(cast.chi), f"/admin/tro-chuyen/{cast.lan.id}"
    assert desk.get(path).status_code == 404
    assert desk.get(f"{path}/tin").status_code == 404
    for deed in ("nhan", "tra", "tin"):
        assert desk.post(f"{path}/{deed}", {"text": "x"}).status_code == 404
    assert str(cast.lan.id) not in desk.get("/admin/tro-chuyen").text
    assert said(db, cast.lan) == []


def test_a_leader_reads_only(as_: Enter, cast: Cast, db: Session) -> None:
    desk, path = as_(cast.dung), f"/admin/tro-chuyen/{cast.lan.id}"
    text = desk.get(path).text
    assert "Nhận trả lời" not in text
    for deed in ("nhan", "tra", "tin"):
        assert desk.post(f"{path}/{deed}", {"text": "x"}).status_code == 403


def test_a_colleague_has_it_already(as_: Enter, cast: Cast, db: Session) -> None:
    take_over(db, cast.lan.id, cast.minh.id)
    desk, path = as_(cast.binh), f"/admin/tro-chuyen/{cast.lan.id}"
    assert "Đỗ Minh đang trả lời." in desk.get(path).text
    assert desk.post(f"{path}/nhan").status_code == 409
    assert desk.post(f"{path}/tra").status_code == 403
    refused = desk.post(f"{path}/tin", {"text": "xin chào"})
    assert refused.status_code == 409
    assert said(db, cast.lan) == []
    # the dispatchers can free it when Minh has gone home
    assert as_(cast.ha).post(f"{path}/tra").status_code == 303


@pytest.mark.parametrize(("text", "status"), [("", 422), ("  ", 422), ("a" * 4001, 422)])
def test_empty_and_endless_messages_are_refused(as_: Enter, cast: Cast, db: Session, text: str, status: int) -> None:
    desk, path = as_(cast.binh), f"/admin/tro-chuyen/{cast.lan.id}"
    desk.post(f"{path}/nhan")
    assert desk.post(f"{path}/tin", {"text": text}).status_code == status
    assert len(said(db, cast.lan)) == 1


def test_a_citizen_who_blocks_us_is_named(as_: Enter, cast: Cast, now: datetime) -> None:
    cast.lan.unreachable_at = now
    assert "đã chặn kênh này từ 23/11/2026 09:00" in as_(cast.binh).get(f"/admin/tro-chuyen/{cast.lan.id}").text


def test_whoever_wants_a_person_is_first_and_counted(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    waiting = citizen(db, now)
    ask_for_human(db, waiting.id)
    text = as_(cast.ha).get("/admin/tro-chuyen").text
    assert text.index(f"talk-{waiting.id}") < text.index(f"talk-{cast.lan.id}")
    assert "Cần gặp cán bộ" in text
    assert "Chờ cán bộ: </span>1" in text
    only = as_(cast.ha).get("/admin/tro-chuyen?loc=cho").text
    assert f"talk-{cast.lan.id}" not in only
    assert f"talk-{waiting.id}" not in as_(cast.binh).get("/admin/tro-chuyen").text
