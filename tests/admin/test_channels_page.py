"""The channels' page: how each account is, what was lost, sending again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from admin.channel_view import ago, trouble_words
from api.channels import accounts, buckets
from api.channels.contract import OutgoingMessage
from api.channels.models import ChannelAccount
from api.channels.zalo_oa import ledger
from api.channels.zalo_oa.windows import Way
from api.citizens.service import identify
from api.conversations.intake import open_conversation
from api.conversations.models import Conversation, Message, OutStatus
from api.conversations.outbox import say
from api.departments.models import Staff
from tests.admin.conftest import Desk
from tests.cast import Cast

Enter = Callable[[Staff], Desk]
PATH = "/admin/kenh"


@pytest.fixture
def account(db: Session, now: datetime) -> Callable[..., ChannelAccount]:
    def connected(channel: str, **settings: Any) -> ChannelAccount:
        accounts.connect(
            db, channel, "town", name="Chính quyền Hải Dương", settings=settings, secrets={"token": "bí mật"}, now=now
        )
        found = accounts.find(db, channel, "town")
        assert found is not None
        return found

    return connected


def chat(db: Session, channel: str, now: datetime, who: str = "Lan") -> Conversation:
    citizen = identify(db, channel, "town", who, who)
    return open_conversation(db, channel, "town", who, citizen_id=citizen.id, now=now)


def told(
    db: Session, thread: Conversation, now: datetime, status: OutStatus, error: str | None = None, text: str = "tin"
) -> Message:
    row = say(db, thread.id, OutgoingMessage(text), author="system", now=now)
    row.status, row.error, row.done_at = status, error, now
    db.flush()
    return row


def test_administrators_and_dispatchers_only(as_: Enter, cast: Cast) -> None:
    for staff in (cast.vu, cast.ha):
        assert as_(staff).get(PATH).status_code == 200
    for staff in (cast.binh, cast.chi, cast.minh, cast.dung):
        desk = as_(staff)
        assert desk.get(PATH).status_code == 403
        assert desk.post(f"{PATH}/gui-lai/1").status_code == 403


def test_the_way_to_the_page(as_: Enter, cast: Cast) -> None:
    assert 'href="/admin/kenh"' in as_(cast.vu).get("/admin/cai-dat/tai-khoan").text
    assert 'href="/admin/kenh"' in as_(cast.ha).get("/admin/").text
    assert 'href="/admin/kenh"' not in as_(cast.binh).get("/admin/").text


def test_without_a_channel_it_says_how_to_connect_one(as_: Enter, cast: Cast) -> None:
    text = as_(cast.vu).get(PATH).text
    assert "Chưa kết nối kênh nào" in text
    assert "Không có tin nào bị mất" in text


def test_how_each_account_is(
    as_: Enter, cast: Cast, db: Session, now: datetime, account: Callable[..., ChannelAccount]
) -> None:
    well, refused = account("telegram"), account("zalo", monthly_limit=10)
    well.last_event_at = now - timedelta(minutes=5)
    refused.state, refused.last_error, refused.last_error_at = "refused", "zalo: 401 token refused", now
    for _ in range(8):
        buckets.count(db, "zalo", "town", now)
    thread = chat(db, "telegram", now)
    told(db, thread, now, OutStatus.QUEUED)
    told(db, thread, now, OutStatus.FAILED, "telegram: 400")
    told(db, thread, now - timedelta(days=2), OutStatus.FAILED, "telegram: 400")
    text = as_(cast.vu).get(PATH).text
    assert "Đã kết nối" in text
    assert "5 phút trước" in text
    assert "Nền tảng từ chối" in text
    assert "Mã truy cập không còn hiệu lực" in text
    assert "<strong>8</strong> / 10" in text
    assert "Đã dùng trên 80%" in text
    assert facts(text)[:6] == ["5 phút trước", "1", "1", "1", "0", "chưa có"]
    assert "bí mật" not in text
    assert "token" not in text


def facts(text: str) -> list[str]:
    """The values of the cards, in their order, without markup."""
    parts = [part.split("</dd>")[0] for part in text.split("<dd")[1:]]
    return [part.split(">", 1)[1].replace("</time>", "").split(">")[-1].strip() for part in parts]


@pytest.mark.parametrize(("used", "words"), [(79, ""), (80, "Đã dùng trên 80%"), (95, "Sắp hết"), (100, "Đã hết")])
def test_the_quota_warns_at_80_95_and_100(
    as_: Enter, cast: Cast, db: Session, now: datetime, account: Callable[..., ChannelAccount], used: int, words: str
) -> None:
    account("zalo", monthly_limit=100)
    for _ in range(used):
        buckets.count(db, "zalo", "town", now)
    text = as_(cast.ha).get(PATH).text
    assert f"<strong>{used}</strong> / 100" in text
    assert [w for w in ("Đã dùng trên 80%", "Sắp hết", "Đã hết") if w in text] == ([words] if words else [])


def test_the_official_accounts_bill(
    as_: Enter, cast: Cast, db: Session, now: datetime, account: Callable[..., ChannelAccount]
) -> None:
    account("zalo_oa", month_budget=10_000)
    thread = chat(db, "zalo_oa", now)
    ledger.month(db, "town", now)
    for way, cost, times in ((Way.FREE, 0, 12), (Way.PAID, 55, 3), (Way.ZNS, 200, 2)):
        for _ in range(times):
            ledger.charge(db, "town", thread.chat_id, way, cost, now)
    told(db, thread, now, OutStatus.HELD, "held: window")
    text = as_(cast.vu).get(PATH).text
    assert "<strong>565 đồng</strong> / 10.000 đồng" in text
    assert "Tư vấn trả phí: <strong>3</strong>" in text
    assert "Tin giữ đến khi người dân nhắn lại</dt><dd>1</dd>" in text
    assert "Chờ người dân nhắn lại" in as_(cast.ha).get(f"/admin/tro-chuyen/{thread.id}").text


def test_a_lost_message_is_sent_again(
    as_: Enter, cast: Cast, db: Session, now: datetime, account: Callable[..., ChannelAccount]
) -> None:
    account("telegram")
    row = told(db, chat(db, "telegram", now, "Trần <b>"), now, OutStatus.FAILED, "waited too long", "Phản ánh đã xong <i>")
    desk = as_(cast.ha)
    text = desk.get(PATH).text
    assert "Trần &lt;b&gt;" in text
    assert "Phản ánh đã xong &lt;i&gt;" in text
    assert "Chờ quá lâu nên không gửi nữa" in text
    assert desk.post(f"{PATH}/gui-lai/{row.id}").headers["location"] == f"{PATH}?xong=1"
    db.refresh(row)
    assert row.status == OutStatus.QUEUED
    assert "Đã xếp tin vào hàng gửi lại." in desk.get(f"{PATH}?xong=1").text
    again = desk.post(f"{PATH}/gui-lai/{row.id}")
    assert again.status_code == 409
    assert "không cần gửi lại" in again.text
    assert desk.post(f"{PATH}/gui-lai/999999").status_code == 404


def test_a_live_update_is_a_part_of_the_page(as_: Enter, cast: Cast) -> None:
    text = as_(cast.ha).get(PATH, headers={"HX-Request": "true"}).text
    assert "<html" not in text
    assert "Tin chưa tới người dân" in text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("telegram: blocked by the citizen", "Người dân đã chặn kênh này"),
        ("zalo oa: error -230", "Người dân đã lâu không nhắn cho OA"),
        ("zalo oa: error -999", "Nền tảng không nhận tin (mã -999)"),
        ("something else", "Nền tảng không nhận tin"),
        (None, "Nền tảng không nhận tin"),
    ],
)
def test_no_english_reaches_the_screen(error: str | None, words: str) -> None:
    assert trouble_words(error) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "vừa xong"), (5, "5 phút trước"), (60, "1 giờ trước"), (47 * 60, "47 giờ trước"), (72 * 60, "3 ngày trước")],
)
def test_how_long_ago(now: datetime, minutes: int, words: str) -> None:
    assert ago(now, now - timedelta(minutes=minutes)) == words
