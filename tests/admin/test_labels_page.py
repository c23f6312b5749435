"""The labelling desk through HTTP: one tap, another label, skipping, taking back, and who may not."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.conversations.models import Message
from api.departments.models import Staff
from api.learning.gather import gather
from api.learning.models import Label
from tests.admin.conftest import Desk
from tests.cast import Cast
from tests.learning.rasa import MUDDLED, TORN, Memory

Enter = Callable[[Staff], Desk]
PATH = "/admin/gan-nhan"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def memory(db: Session, now: datetime) -> Memory:
    return Memory(db, now)


@pytest.fixture
def flood(db: Session, cast: Cast, memory: Memory, now: datetime) -> Message:
    said = "Nước ngập ở <cầu> Phú Lương, gọi em 0912345678"
    message = memory.hear(cast.lan, said, TORN, category=MUDDLED, entities=[("location", "<cầu> Phú Lương")])
    gather(db, now)
    return message


def labels(db: Session) -> list[tuple[str | None, str | None, str | None, str]]:
    rows = db.scalars(select(Label).order_by(Label.id))
    return [(row.message_type, row.category, row.procedure, row.text) for row in rows]


def test_what_the_desk_shows(as_: Enter, cast: Cast, flood: Message) -> None:
    shown = as_(cast.ha).get(PATH).text
    assert "Nước ngập ở <mark title=" in shown
    assert "&lt;cầu&gt; Phú Lương</mark>, gọi em 0000000000" in shown
    assert "0912345678" not in shown
    assert "Chưa chắc loại" in shown
    assert 'value="report|drainage_flooding|"' in shown
    assert "chắc 48 %" in shown
    assert 'aria-current="page"><i class="bi bi-tags"' in shown
    assert "Không có câu nào khớp" in as_(cast.ha).get(f"{PATH}?tim=den", headers=HTMX).text
    assert f"cau-{flood.id}" in as_(cast.ha).get(f"{PATH}?tim=NGAP&ly_do=unsure_type", headers=HTMX).text


def test_one_tap_and_back(as_: Enter, cast: Cast, db: Session, flood: Message) -> None:
    desk = as_(cast.vu)
    tapped = {"nhan": "report|road_damage|", "dia_diem": "Phú Lương", "cau": ""}
    done = desk.post(f"{PATH}/{flood.id}", tapped, headers=HTMX)
    assert done.status_code == 200
    assert "Đường sá hư hỏng, ổ gà" in done.text
    assert labels(db) == [("report", "road_damage", None, "Nước ngập ở <cầu> Phú Lương, gọi em 0000000000")]
    assert "Không còn câu nào chờ gán nhãn" in desk.get(PATH).text
    # a colleague who still had it on the screen is told
    assert "đã được gán nhãn" in as_(cast.ha).post(f"{PATH}/{flood.id}", tapped, headers=HTMX).text
    back = desk.post(f"{PATH}/{flood.id}/hoan-tac", headers=HTMX)
    assert f'id="cau-{flood.id}"' in back.text
    assert labels(db) == []


def test_another_label_with_the_words_mended(as_: Enter, cast: Cast, db: Session, flood: Message) -> None:
    desk = as_(cast.ha)
    fields = {"loai": "question", "linh_vuc": "", "thu_tuc": "passport", "dia_diem": "", "cau": "làm hộ chiếu  ở đâu"}
    assert desk.post(f"{PATH}/{flood.id}", fields).status_code == 303
    assert labels(db) == [("question", None, "passport", "làm hộ chiếu ở đâu")]


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_label_that_cannot_be_keeps_what_was_typed(
    as_: Enter, cast: Cast, db: Session, flood: Message, headers: dict[str, str]
) -> None:
    fields = {"loai": "report", "linh_vuc": "", "thu_tuc": "", "dia_diem": "x", "cau": "câu của tôi"}
    refused = as_(cast.ha).post(f"{PATH}/{flood.id}", fields, headers=headers)
    assert refused.status_code == 422
    assert "cần có lĩnh vực" in refused.text
    assert "câu của tôi</textarea>" in refused.text
    assert labels(db) == []


def test_skipping(as_: Enter, cast: Cast, db: Session, flood: Message) -> None:
    assert "Đã bỏ qua" in as_(cast.ha).post(f"{PATH}/{flood.id}/bo-qua", headers=HTMX).text
    assert labels(db) == [(None, None, None, "")]


def test_older_ones_are_a_page_away(as_: Enter, cast: Cast, db: Session, memory: Memory, now: datetime) -> None:
    said = [memory.hear(cast.lan, f"câu số {n}", TORN, fallback=True) for n in range(23)]
    gather(db, now)
    desk = as_(cast.ha)
    first = desk.get(f"{PATH}?ly_do=fallback").text
    assert f"ly_do=fallback&amp;truoc={said[3].id}" in first
    assert f"cau-{said[2].id}" not in first
    assert f"cau-{said[2].id}" in desk.get(f"{PATH}?truoc={said[3].id}").text


def test_chi_may_not(as_: Enter, cast: Cast, db: Session, flood: Message) -> None:
    for who in (cast.chi, cast.binh, cast.minh, cast.dung):
        desk = as_(who)
        assert desk.get(PATH).status_code == 403
        assert "/admin/gan-nhan" not in desk.get("/admin/").text
        for deed in ("", "/bo-qua", "/hoan-tac"):
            assert desk.post(f"{PATH}/{flood.id}{deed}", {"nhan": "report|waste|"}).status_code == 403
    assert labels(db) == []


def test_nobody_labels_what_was_never_unsure(as_: Enter, cast: Cast, db: Session, flood: Message) -> None:
    assert "không còn lưu" in as_(cast.ha).post(f"{PATH}/99999", {"nhan": "report|waste|"}, headers=HTMX).text
    assert as_(cast.ha).post(f"{PATH}/99999/hoan-tac", headers=HTMX).status_code == 404
    assert labels(db) == []
