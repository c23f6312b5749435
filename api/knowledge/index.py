"""BM25 over the published articles, kept in memory and rebuilt (a fraction of a second) when one has changed."""

import threading
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.knowledge.models import Article
from api.knowledge.rules import strength, terms

# how much a word counts by where it stands: title and keywords, sample questions, summary, everything else
WEIGHTS = (2.0, 1.0, 0.8, 0.4)
# folded syllables mean many things (vàng, vắng), two in a row hardly: the one counts less than the pair
SINGLE, PAIR = 0.6, 1.0
K1, B = 1.5, 0.75
HALF = 4.4  # a strength of one half: reached by 3 % of what citizens say that is no question at all
# xmin is the transaction that wrote the row: it changes with every change, whoever made it
_SIGNATURE = text(
    "select md5(string_agg(code || ':' || version || ':' || xmin::text, ',' order by code)) from article where published"
)


def fields(article: Article) -> tuple[list[str], ...]:
    """The texts of an article in the order of WEIGHTS."""
    body = article.body
    facts = [str(body.get(name) or "") for name in ("fee", "time", "where", "form")]
    lists = chain.from_iterable(body.get(name, []) for name in ("papers", "steps", "notes"))
    return [article.title, *article.keywords], list(body.get("questions", [])), [article.summary], [*facts, *lists]


class ArticleIndex:
    """Immutable. One BM25 for the syllables and one for the pairs of each field group; their weighted sum ranks."""

    def __init__(self, articles: Iterable[Article]) -> None:
        rows = sorted(articles, key=lambda a: a.code)
        self.titles = {row.code: row.title for row in rows}
        groups = zip(*(fields(row) for row in rows), strict=True)
        self._groups = [(weight, _models(group)) for weight, group in zip(WEIGHTS, groups, strict=False)]

    def strengths(self, question: str) -> dict[str, float]:
        """code → 0…1 for every article, how strongly the question's words point to it."""
        asked = terms(question)
        totals = [0.0] * len(self.titles)
        for weight, models in self._groups:
            for share, model, looked_up in zip((SINGLE, PAIR), models, asked, strict=True):
                known = [term for term in looked_up if term in model.vocab_dict]
                if known:
                    scores = model.get_scores(known).tolist()
                    totals = [total + weight * share * score for total, score in zip(totals, scores, strict=True)]
        words = len(set(asked[0]))
        return {code: strength(total, words, HALF) for code, total in zip(self.titles, totals, strict=True)}


def _models(group: Sequence[Sequence[str]]) -> tuple[Any, Any]:
    found = [[terms(text) for text in texts] for texts in group]
    singles = [list(chain.from_iterable(one for one, _ in texts)) for texts in found]
    pairs = [list(chain.from_iterable(two for _, two in texts)) for texts in found]
    return _bm25(singles), _bm25(pairs)


def _bm25(documents: Sequence[list[str]]) -> Any:
    import bm25s  # here: it brings numpy along, and most processes never search

    model = bm25s.BM25(method="lucene", k1=K1, b=B)
    # a group whose texts are all empty would leave BM25 without a vocabulary
    model.index([document or ["-"] for document in documents], show_progress=False)
    return model


_lock = threading.Lock()
_kept: tuple[str, ArticleIndex] | None = None


def current_index(session: Session) -> ArticleIndex:
    """The index of what this session sees as published; shared by the process until an article changes."""
    global _kept
    signature = session.scalar(_SIGNATURE) or ""
    with _lock:
        if _kept is None or _kept[0] != signature:
            _kept = signature, ArticleIndex(session.scalars(select(Article).where(Article.published)))
        return _kept[1]
