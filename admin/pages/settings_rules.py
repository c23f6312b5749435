"""Set-up: deadline rules, calendar days, articles, and the record of all changes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.auth import Admin, Form, text_of
from admin.settings_view import attempt, fields, screen
from api.core.errors import NotFound
from api.core.settings import get_settings
from api.core.web import DB, Now
from api.core.words import day_words, read_day
from api.deadlines import edit
from api.deadlines.models import DeadlineRule
from api.deadlines.rules import national_days
from api.departments.audit import audit, audit_rows, fields_of
from api.departments.queries import staff_names
from api.knowledge.edit import update_article
from api.knowledge.models import Article

router = APIRouter(prefix="/cai-dat")
DEADLINES, CALENDAR, ARTICLES = "/admin/cai-dat/thoi-han", "/admin/cai-dat/lich", "/admin/cai-dat/bai-viet"
ARTICLE_LINES = ("papers", "steps", "notes", "legal_basis", "questions")
ARTICLE_TEXTS = ("fee", "time", "where", "form")
ARTICLE_COLUMNS = ("title", "summary", "keywords", "source", "checked_on", "published")


def _rules(db: Session) -> dict[str, Any]:
    return {"rows": edit.rules(db), "types": edit.TYPES, "priorities": edit.PRIORITIES}


@router.get("/thoi-han")
def all_rules(request: Request, person: Admin, db: DB) -> Response:
    return screen(request, db, "deadlines", _rules)


@router.post("/thoi-han")
def add_rule(request: Request, person: Admin, form: Form, db: DB, clock: Now) -> Response:
    def change() -> None:
        edit.create_rule(db, person.staff.id, text_of(form, "code").strip(), fields(form), clock.now())

    return attempt(request, db, "deadlines", "new", form, _rules, change, DEADLINES)


@router.post("/thoi-han/{code}")
def change_rule(request: Request, code: str, person: Admin, form: Form, db: DB, clock: Now) -> Response:
    row = db.get(DeadlineRule, code)
    if row is None:
        raise NotFound("Không tìm thấy quy định này.")
    by = person.staff.id

    def change() -> None:
        edit.edit_rule(db, by, row, fields(form), clock.now())

    return attempt(request, db, "deadlines", code, form, _rules, change, DEADLINES)


def _calendar(year: int) -> Any:
    def context(db: Session) -> dict[str, Any]:
        coming = sorted((day, name) for one in (year, year + 1) for day, name in national_days(one).items())
        return {"rows": edit.days(db), "national": coming}

    return context


def _year(clock: Any) -> int:
    return int(clock.now().astimezone(get_settings().zone).year)


@router.get("/lich")
def calendar(request: Request, person: Admin, db: DB, clock: Now) -> Response:
    return screen(request, db, "calendar", _calendar(_year(clock)))


@router.post("/lich")
def set_day(request: Request, person: Admin, form: Form, db: DB, clock: Now) -> Response:
    day, working, note = text_of(form, "day"), text_of(form, "working") == "1", text_of(form, "note")

    def change() -> None:
        edit.save_day(db, person.staff.id, day, working, note, clock.now())

    return attempt(request, db, "calendar", "new", form, _calendar(_year(clock)), change, CALENDAR)


@router.post("/lich/{day}/xoa")
def drop_day(request: Request, day: str, person: Admin, form: Form, db: DB, clock: Now) -> Response:
    def change() -> None:
        edit.delete_day(db, person.staff.id, day, clock.now())

    return attempt(request, db, "calendar", f"delete-{day}", form, _calendar(_year(clock)), change, CALENDAR)


def _articles(db: Session) -> dict[str, Any]:
    return {"rows": db.scalars(select(Article).order_by(Article.title)).all()}


@router.get("/bai-viet")
def all_articles(request: Request, person: Admin, db: DB) -> Response:
    return screen(request, db, "articles", _articles)


def _one_article(row: Article) -> Any:
    return lambda db: {"row": row, "lines": ARTICLE_LINES, "texts": ARTICLE_TEXTS}


def _article(db: Session, code: str) -> Article:
    row = db.get(Article, code)
    if row is None:
        raise NotFound("Không tìm thấy bài hướng dẫn này.")
    return row


@router.get("/bai-viet/{code}")
def one_article(request: Request, code: str, person: Admin, db: DB) -> Response:
    return screen(request, db, "article", _one_article(_article(db, code)))


@router.post("/bai-viet/{code}")
def change_article(request: Request, code: str, person: Admin, form: Form, db: DB, clock: Now) -> Response:
    row, by = _article(db, code), person.staff.id
    before = fields_of(row, ARTICLE_COLUMNS) | row.body

    def change() -> None:
        changed = update_article(db, by, code, _changes(row, fields(form)), clock.now())
        after = fields_of(changed, ARTICLE_COLUMNS) | changed.body
        known = [name for name in after if name != "edited"]
        old, new = ({name: side.get(name) for name in known} for side in (before, after))
        audit(db, by, "article.edit", code, old, new, clock.now())

    return attempt(request, db, "article", code, form, _one_article(row), change, f"{ARTICLES}/{code}")


def _changes(row: Article, form: Mapping[str, str]) -> dict[str, Any]:
    """The form's texts as the service wants them: one line, one entry."""
    body = {name: value for name, value in row.body.items() if name != "edited"}
    body |= {name: form.get(name, "") for name in ARTICLE_TEXTS}
    body |= {name: _lines(form.get(name, "")) for name in ARTICLE_LINES}
    body |= {"online_url": form.get("online_url", "").strip() or None, "verified": form.get("verified") == "1"}
    columns: dict[str, Any] = {name: form.get(name, "") for name in ("title", "summary", "source", "version")}
    columns["checked_on"] = read_day(form.get("checked_on", "")) or ""
    return columns | {"body": body, "keywords": _lines(form.get("keywords", "")), "published": form.get("published") == "1"}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@router.get("/nhat-ky")
def record(request: Request, person: Admin, db: DB) -> Response:
    asked = request.query_params.get("truoc", "")
    before = int(asked) if asked.isdigit() and len(asked) < 10 else None
    rows = audit_rows(db, before)
    return screen(request, db, "audit", lambda db: {"rows": rows, "names": staff_names(db), "shown": _shown})


def _shown(value: Any) -> str:
    """A value of an audit row in words."""
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, str) and len(value) == 10 and value[4:5] == "-":
        return day_words(date.fromisoformat(value))
    return "trống" if value in (None, "") else str(value)
