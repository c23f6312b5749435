"""Every article of the pack: complete, well-formed, Vietnamese, honest about what was not checked."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from api.knowledge.pack import articles
from api.knowledge.schemas import PackArticle
from api.localities.taxonomy import procedures

ALL = dict(articles())
# words of other languages that slip in; names that people use as they are (VNeID, passport, HACCP) are not among them
FOREIGN = re.compile(
    r"\b(the|and|for|with|your|online|offline|form|fee|click|link|website|web|email|app|hotline|upload|download|file|scan|"
    r"check|update|login|todo|note|input|code|verified|fixme|lorem)\b",
    re.IGNORECASE,
)
CODE = re.compile(r"\b[123]\.\d{6}\b")
OFFICIALESE = ("đã chuyển cơ quan chức năng", "theo thẩm quyền quy định")


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key != "online_url":
                yield from texts(item)


def test_one_article_for_every_procedure_of_the_taxonomy() -> None:
    assert set(ALL) == set(procedures())


@pytest.mark.parametrize("code", sorted(ALL))
def test_article_is_fit_to_be_read(code: str) -> None:
    found: PackArticle = ALL[code]
    every = list(texts(found.model_dump(exclude={"checked_on"})))
    for text in every:
        assert unicodedata.is_normalized("NFC", text), text
        assert not FOREIGN.search(text), text
        assert "  " not in text
        assert not any(phrase in text.lower() for phrase in OFFICIALESE), text
    assert date(2026, 1, 1) <= found.checked_on <= date(2026, 11, 26)
    assert 3 <= len(found.body.questions) <= 6
    assert found.body.online_url in (None, "https://dichvucong.gov.vn")
    assert found.body.legal_basis
    assert len(found.keywords) == len(set(found.keywords))


@pytest.mark.parametrize("code", sorted(ALL))
def test_an_unchecked_article_sends_the_citizen_to_ask(code: str) -> None:
    found = ALL[code]
    if found.body.verified:
        assert CODE.search(found.source) or "Cổng" in found.source
        return
    said = " ".join(texts(found.body.model_dump(exclude={"questions", "legal_basis"}))).lower()
    assert any(word in said for word in ("hỏi", "theo giấy hẹn", "giấy hẹn", "phiếu hẹn", "công bố", "hiện trên")), code


def test_no_two_articles_share_a_title_or_a_sample_question() -> None:
    titles = [a.title for a in ALL.values()]
    questions = [q for a in ALL.values() for q in a.body.questions]
    assert len(set(titles)) == len(titles)
    assert len(set(questions)) == len(questions)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("summary", "Câu một. Câu hai. Câu ba."),
        ("keywords", []),
        ("checked_on", "hôm qua"),
        ("english", "x"),
        ("body", {"papers": []}),
    ],
)
def test_a_broken_file_is_refused(field: str, value: Any) -> None:
    good = ALL["passport"].model_dump()
    with pytest.raises(ValueError, match=field):
        PackArticle(**(good | {field: value}))
