"""Clerks change articles: only what was sent, never something broken, never over another's change."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from api.core.errors import Conflict, NotFound
from api.knowledge import pack, service
from api.knowledge.edit import InvalidArticle, update_article
from api.knowledge.models import Article

HA = 7  # the dispatcher's id, kept as a stamp only


def body(db: Session, **changes: Any) -> dict[str, Any]:
    stored = {k: v for k, v in db.get_one(Article, "passport").body.items() if k != "edited"}
    return stored | changes


def test_only_what_was_sent_changes_and_the_version_grows(db: Session, now: datetime) -> None:
    before = db.get_one(Article, "passport").summary
    row = update_article(db, HA, "passport", {"title": "  Hộ chiếu  phổ thông "}, now)
    assert (row.title, row.summary, row.version) == ("Hộ chiếu phổ thông", before, 2)
    assert row.body["edited"] == {"by": HA, "at": now.isoformat()}
    pack.load(db)
    db.refresh(row)
    assert row.version == 2


def test_text_is_stored_in_nfc(db: Session, now: datetime) -> None:
    row = update_article(db, HA, "passport", {"source": "Co\u0302\u0309ng Dịch vụ công"}, now)
    assert row.source == "Cổng Dịch vụ công"


def test_a_new_keyword_is_found_at_once(db: Session, now: datetime) -> None:
    update_article(db, HA, "passport", {"keywords": ["sổ thông hành xanh"]}, now)
    assert service.search(db, "so thong hanh xanh")[0].code == "passport"


def test_the_body_is_replaced_as_a_whole(db: Session, now: datetime) -> None:
    row = update_article(db, HA, "passport", {"body": body(db, fee="Không thu.")}, now)
    assert row.body["fee"] == "Không thu."
    assert service.card(row)["lines"][1]["text"] == "Không thu."


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"title": ""}, "title", "Tên thủ tục"),
        ({"summary": "Một. Hai. Ba."}, "summary", "Trả lời ngắn"),
        ({"keywords": []}, "keywords", "Từ khóa"),
        ({"checked_on": "32/13/2026"}, "checked_on", "Ngày kiểm tra"),
        ({"code": "other"}, "code", "code"),
        ({"title": "x" * 5000}, "title", "Tên thủ tục"),
        ({"body": {"fee": "Không"}}, "papers", "Giấy tờ"),
    ],
)
def test_broken_input_is_refused_by_name(db: Session, now: datetime, changes: dict[str, Any], field: str, word: str) -> None:
    with pytest.raises(InvalidArticle, match=word) as caught:
        update_article(db, HA, "passport", changes, now)
    assert field in caught.value.details["fields"]
    assert db.get_one(Article, "passport").version == 1


def test_links_are_https_only(db: Session, now: datetime) -> None:
    with pytest.raises(InvalidArticle, match="Địa chỉ nộp trực tuyến"):
        update_article(db, HA, "passport", {"body": body(db, online_url="javascript:alert(1)")}, now)


def test_nothing_is_checked_in_the_future(db: Session, now: datetime) -> None:
    update_article(db, HA, "passport", {"checked_on": now.date()}, now)
    with pytest.raises(InvalidArticle, match="sau hôm nay"):
        update_article(db, HA, "passport", {"checked_on": now.date() + timedelta(days=1)}, now)


def test_a_clerk_with_an_old_page_does_not_overwrite(db: Session, now: datetime) -> None:
    update_article(db, HA, "passport", {"title": "Bản của Hà", "version": 1}, now)
    with pytest.raises(Conflict):
        update_article(db, HA, "passport", {"title": "Bản cũ", "version": 1}, now)
    assert db.get_one(Article, "passport").title == "Bản của Hà"


def test_unknown_article(db: Session, now: datetime) -> None:
    with pytest.raises(NotFound):
        update_article(db, HA, "no_such_thing", {"title": "Bài mới"}, now)
