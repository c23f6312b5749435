"""Retrieval over the pack's articles in a real database."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.errors import NotFound
from api.core.settings import get_settings
from api.core.text import fold
from api.knowledge import pack, service
from api.knowledge.index import ArticleIndex, current_index
from api.knowledge.models import Article

HERE = Path(__file__).parent
QUESTIONS = [json.loads(line) for line in (HERE / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
UNKNOWN = (HERE / "unknown.txt").read_text(encoding="utf-8").splitlines()


def codes(session: Session, text: str, **options: object) -> list[str]:
    return [hit.code for hit in service.search(session, text, **options)]  # type: ignore[arg-type]


def test_the_list_of_questions_covers_every_article(db: Session) -> None:
    assert len(QUESTIONS) >= 60
    assert {q["code"] for q in QUESTIONS} == set(db.scalars(select(Article.code)))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["code"])
def test_a_question_finds_its_article_with_and_without_diacritics(db: Session, question: dict[str, str]) -> None:
    hits = service.search(db, question["text"])
    assert question["code"] in [hit.code for hit in hits]
    assert service.search(db, fold(question["text"])) == hits


def test_the_first_hit_is_nearly_always_right_and_mostly_sure(db: Session) -> None:
    first = [service.search(db, q["text"])[0] for q in QUESTIONS]
    right = [hit.code == q["code"] for hit, q in zip(first, QUESTIONS, strict=True)]
    assert sum(right) / len(right) >= 0.95
    assert sum(hit.confident for hit in first) / len(first) >= 0.85
    assert all(ok for ok, hit in zip(right, first, strict=True) if hit.score > 0.75)


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_no_article_answers_is_never_answered_confidently(db: Session, text: str) -> None:
    assert not any(hit.confident for hit in service.search(db, text))


@pytest.mark.parametrize("text", ["", "   ", "👍👍", "cho em hỏi ạ", "asdf qwerty zxcv", "\x00\ud800", "' or 1=1 --"])
def test_no_words_no_hits(db: Session, text: str) -> None:
    assert service.search(db, text) == []


def test_gold_and_lottery_give_nothing_to_choose_from(db: Session) -> None:
    assert service.search(db, "Giá vàng hôm nay bao nhiêu một chỉ?") == []
    assert service.search(db, "Kết quả xổ số miền Bắc tối qua") == []


def test_the_bots_ranking_decides_where_words_are_few(db: Session) -> None:
    text = "làm lại giấy tờ bị mất"
    assert codes(db, text, hints=[("passport", 0.9), ("id_card", 0.05)])[0] == "passport"
    assert codes(db, text, hints=[("id_card", 0.9), ("passport", 0.05)])[0] == "id_card"


def test_hints_without_an_article_change_nothing(db: Session) -> None:
    text = "Làm hộ chiếu cho con"
    assert service.search(db, text, hints=[("no_such_thing", 0.99)]) == service.search(db, text)


def test_a_wrong_weak_hint_does_not_drown_clear_words(db: Session) -> None:
    assert codes(db, "Đăng ký nuôi con nuôi cần gì", hints=[("school_transfer", 0.3)])[0] == "adoption"


def test_at_most_the_limit_is_offered(db: Session) -> None:
    assert len(service.search(db, "đất", limit=1)) <= 1
    assert len(service.search(db, "tách thửa đất", limit=2)) <= 2


def test_the_search_box_finds_what_chat_would_not_offer(db: Session) -> None:
    assert len(service.find(db, "đất")) > len(service.search(db, "đất"))


def test_hidden_articles_are_neither_found_nor_read(db: Session) -> None:
    db.get_one(Article, "passport").published = False
    db.flush()
    assert "passport" not in codes(db, "Làm hộ chiếu ở đâu", limit=10)
    with pytest.raises(NotFound):
        service.article(db, "passport")


def test_the_index_is_kept_until_an_article_changes(db: Session) -> None:
    first = current_index(db)
    assert current_index(db) is first
    db.get_one(Article, "water_connection").keywords = ["máy bay không người lái"]
    db.flush()
    assert current_index(db) is not first
    assert codes(db, "máy bay không người lái")[0] == "water_connection"


def test_an_empty_knowledge_base_answers_nothing() -> None:
    assert ArticleIndex([]).strengths("Làm hộ chiếu") == {}


def test_long_texts_are_searched_within_bounds(db: Session) -> None:
    assert isinstance(service.search(db, "thủ tục đất đai " * 20_000), list)


def test_card_has_the_facts_and_the_source(db: Session) -> None:
    shown = service.card(service.article(db, "temporary_residence"))
    assert shown["kind"] == "article"
    assert [line["label"] for line in shown["lines"]] == ["Giấy tờ", "Lệ phí", "Thời hạn", "Nơi nộp"]
    assert shown["lines"][1]["text"].startswith("15.000 đồng")
    assert shown["url"] == "/bai-viet/temporary_residence"
    assert shown["checked_on"] == "2026-11-23"
    json.dumps(shown)


def test_card_of_an_unchecked_article_says_so(db: Session) -> None:
    row = service.article(db, "land_split")
    row.body = row.body | {"verified": False}
    labels = {line["label"]: line["text"] for line in service.card(row)["lines"]}
    assert labels["Lưu ý"] == service.UNCHECKED
    row.body = row.body | {"verified": True}
    assert "Lưu ý" not in {line["label"] for line in service.card(row)["lines"]}


def test_every_card_and_text_is_short_enough_for_a_phone(db: Session) -> None:
    for row in db.scalars(select(Article)):
        assert all(len(line["text"]) <= service.LINE + 2 for line in service.card(row)["lines"])
        text = service.short_text(row)
        assert text.count("\n") <= 2
        assert len(text) <= 900
        assert f"{get_settings().public_address}/bai-viet/{row.code}" in text
        assert "Nguồn:" in text


def test_loading_the_pack_again_keeps_what_staff_edited(db: Session) -> None:
    mine, other = db.get_one(Article, "passport"), db.get_one(Article, "vneid")
    mine.title, mine.version, other.title = "Hộ chiếu (bài của phường)", 2, "Tên cũ"
    db.flush()
    pack.load(db)
    db.refresh(mine)
    db.refresh(other)
    assert mine.title == "Hộ chiếu (bài của phường)"
    assert other.title == "Tài khoản định danh điện tử VNeID mức 2"
    assert other.version == 1
