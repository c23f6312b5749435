"""Articles for other systems as JSON, and each as a page for people."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import select

from api.core.settings import ROOT
from api.core.web import DB
from api.core.words import day_words
from api.knowledge import service
from api.knowledge.models import Article
from api.knowledge.rules import UNCHECKED
from api.knowledge.schemas import EXAMPLE, ArticleBrief, ArticleOut, ArticlePage
from api.localities.pack import pack

router = APIRouter(tags=["knowledge"])
templates = Jinja2Templates(ROOT / "admin" / "templates")
templates.env.filters["date"] = day_words  # as in the console's templates

BRIEF = {name: EXAMPLE[name] for name in ("code", "title", "summary", "url", "checked_on")}
MISSING: dict[int | str, dict[str, Any]] = {
    404: {"description": "no such article", "content": {"application/problem+json": {}}}
}
LISTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": {"items": [BRIEF | {"confident": True}], "next_cursor": None}}}}
}
Code = Annotated[str, Path(max_length=64, pattern=r"^[a-z0-9_]+$", examples=["permanent_residence"])]


@router.get("/api/v1/articles", responses=LISTED)
def list_articles(
    db: DB,
    q: Annotated[str, Query(max_length=500, description="a question or words, with or without diacritics; best first")] = "",
    cursor: Annotated[str, Query(max_length=64, description="`next_cursor` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> ArticlePage:
    """The published articles about procedures, or those that fit `q` (one page of at most `limit`)."""
    if q.strip():
        hits = service.find(db, q, limit)
        return ArticlePage(items=[ArticleBrief.of(service.article(db, h.code), h.confident) for h in hits], next_cursor=None)
    query = select(Article).where(Article.published, Article.code > cursor).order_by(Article.code)
    rows = db.scalars(query.limit(limit + 1)).all()
    shown = rows[:limit]
    return ArticlePage(items=[ArticleBrief.of(r) for r in shown], next_cursor=shown[-1].code if len(rows) > limit else None)


@router.get("/api/v1/articles/{code}", responses=MISSING)
def read_article(code: Code, db: DB) -> ArticleOut:
    """One article, whole."""
    return ArticleOut.of(service.article(db, code))


@router.get("/bai-viet/{code}", response_class=HTMLResponse, include_in_schema=False)
def article_page(request: Request, code: str, db: DB) -> HTMLResponse:
    context = {"article": service.article(db, code), "pack": pack(), "unchecked": UNCHECKED}
    answer = templates.TemplateResponse(request, "citizen/article.html", context)
    answer.headers["Cache-Control"] = "no-cache"
    return answer
