"""Answers to questions about procedures: find the article, show it as a card or in a few lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from api.core.errors import NotFound
from api.core.settings import get_settings
from api.core.words import day_words
from api.knowledge.index import current_index
from api.knowledge.models import Article
from api.knowledge.rules import LABELS, UNCHECKED, fuse, joined, shorten, sure, worth_offering

_CODE = re.compile(r"[a-z0-9_]{1,64}")
LINE = 150  # characters of a card's line


@dataclass(frozen=True)
class Hit:
    """An article that may answer. `score` is 0…1; `confident`: sure enough to be shown without asking back."""

    code: str
    title: str
    score: float
    confident: bool


def search(session: Session, text: str, hints: Sequence[tuple[str, float]] = (), limit: int = 3) -> list[Hit]:
    """The articles worth offering, best first; empty where nothing fits, so that the bot says that it does not know.

    `hints`: the bot's own ranking of procedures as (code, probability); codes without an article are ignored.
    """
    return _hits(session, text, hints, limit, only_worth=True)


def find(session: Session, text: str, limit: int = 20) -> list[Hit]:
    """Every article that shares a word with `text`, best first: for a search box, where a weak find is better than none."""
    return _hits(session, text, (), limit, only_worth=False)


def _hits(session: Session, text: str, hints: Sequence[tuple[str, float]], limit: int, *, only_worth: bool) -> list[Hit]:
    index = current_index(session)
    known = [(code, p) for code, p in hints if code in index.titles]
    ranked = fuse(index.strengths(text), known)
    shown = worth_offering(ranked, bool(known)) if only_worth else ranked
    return [Hit(code, index.titles[code], round(score, 4), sure(score, bool(known))) for code, score in shown[:limit]]


def article(session: Session, code: str) -> Article:
    """A published article. Raises NotFound."""
    found = session.get(Article, code) if _CODE.fullmatch(code) else None
    if found is None or not found.published:
        raise NotFound("Em chưa có bài hướng dẫn về thủ tục này.")
    return found


def card(found: Article) -> dict[str, Any]:
    """JSON-able: the facts most asked for, the whole article's address, the source."""
    body = found.body
    facts = (
        ("papers", joined(body["papers"], LINE)),
        ("fee", shorten(body["fee"], LINE)),
        ("time", shorten(body["time"], LINE)),
        ("where", shorten(body["where"], LINE)),
        ("check", "" if body["verified"] else UNCHECKED),
    )
    return {
        "kind": "article",
        "title": found.title,
        "lines": [{"label": LABELS[name], "text": text} for name, text in facts if text],
        "url": page_path(found.code),
        "source": found.source,
        "checked_on": found.checked_on.isoformat(),
    }


def short_text(found: Article) -> str:
    """Three lines for channels without cards: the answer, its source, the whole article's address."""
    return "\n".join(
        (
            f"{found.title}: {found.summary}",
            f"Nguồn: {shorten(found.source, LINE)} (kiểm tra ngày {day_words(found.checked_on)}).",
            f"Xem đủ: {get_settings().public_address}{page_path(found.code)}",
        )
    )


def page_path(code: str) -> str:
    return f"/bai-viet/{code}"
