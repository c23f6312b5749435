"""An article as data: what a locality pack may hold, what staff may change, what the API shows."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.core.text import nfc, squeeze
from api.knowledge.models import Article
from api.knowledge.rules import sentences
from api.knowledge.service import page_path

EXAMPLE_BODY: dict[str, Any] = {
    "papers": ["Tờ khai thay đổi thông tin cư trú (mẫu CT01)"],
    "fee": "20.000 đồng một lần nộp trực tiếp, 10.000 đồng nộp trực tuyến.",
    "time": "07 ngày làm việc.",
    "where": "Công an phường, xã nơi sẽ thường trú.",
    "form": "CT01",
    "steps": ["Khai tờ khai.", "Nộp hồ sơ, nhận phiếu hẹn."],
    "notes": ["Không cấp sổ hộ khẩu giấy nữa."],
    "online_url": "https://dichvucong.gov.vn",
    "legal_basis": ["Luật Cư trú 2020"],
    "questions": ["Nhập hộ khẩu về nhà chồng cần giấy tờ gì?"],
    "verified": True,
}
EXAMPLE: dict[str, Any] = {
    "code": "permanent_residence",
    "title": "Đăng ký thường trú",
    "summary": "Nộp tại công an phường, xã nơi ở mới hoặc trên VNeID; 07 ngày làm việc.",
    "body": EXAMPLE_BODY,
    "keywords": ["hộ khẩu", "nhập khẩu"],
    "source": "Cổng Dịch vụ công quốc gia, mã 1.004222 (Đăng ký thường trú)",
    "checked_on": "2026-11-23",
    "url": "/bai-viet/permanent_residence",
}


def _clean(text: str) -> str:
    return squeeze(nfc(text))


def _short_answer(text: str) -> str:
    if sentences(text) > 2:
        raise ValueError("at most two sentences")
    return text


Title = Annotated[str, AfterValidator(_clean), Field(min_length=4, max_length=120)]
Summary = Annotated[str, AfterValidator(_clean), AfterValidator(_short_answer), Field(min_length=10, max_length=400)]
Line = Annotated[str, AfterValidator(_clean), Field(min_length=1, max_length=500)]
Lines = Annotated[list[Line], Field(max_length=12)]
Keyword = Annotated[str, AfterValidator(_clean), Field(min_length=2, max_length=60)]
Keywords = Annotated[list[Keyword], Field(min_length=1, max_length=40)]


class Edited(BaseModel):
    """Who of the staff changed it last, and when."""

    by: int
    at: datetime


class Body(BaseModel):
    """The facts. `verified`: every number was read in a publication of the rule, or of an office that quotes it (then `source`
    says "đọc qua nguồn dẫn lại"); none is only recalled or unknown."""

    model_config = ConfigDict(extra="forbid")
    papers: Annotated[list[Line], Field(min_length=1, max_length=12)]
    fee: Line
    time: Line
    where: Line
    form: Line
    steps: Annotated[list[Line], Field(min_length=1, max_length=12)]
    notes: Lines = []
    online_url: Annotated[str, Field(pattern=r"^https://[^\s]+$", max_length=200)] | None = None
    legal_basis: Lines = []
    questions: Lines = []
    verified: bool = False
    edited: Edited | None = None


class PackArticle(BaseModel):
    """One file of a pack's articles folder; its name is the code."""

    model_config = ConfigDict(extra="forbid")
    title: Title
    summary: Summary
    body: Body
    keywords: Keywords
    source: Line
    checked_on: date


class ArticleChanges(BaseModel):
    """What the console may change: only the fields that are sent. `version`: the one the clerk had before the eyes."""

    model_config = ConfigDict(extra="forbid")
    title: Title | None = None
    summary: Summary | None = None
    body: Body | None = None
    keywords: Keywords | None = None
    source: Line | None = None
    checked_on: date | None = None
    published: bool | None = None
    version: int | None = None


class ArticleBrief(BaseModel):
    """A line of the list. `confident`, with `q` only: it is likely the answer."""

    code: str
    title: str
    summary: str
    url: str
    checked_on: date
    confident: bool | None = None

    @classmethod
    def of(cls, row: Article, confident: bool | None = None) -> "ArticleBrief":
        return cls(
            code=row.code,
            title=row.title,
            summary=row.summary,
            url=page_path(row.code),
            checked_on=row.checked_on,
            confident=confident,
        )


class ArticlePage(BaseModel):
    items: list[ArticleBrief]
    next_cursor: str | None = Field(description="send it as `cursor` for the next page; null at the end")


class ArticleOut(BaseModel):
    """One procedure, whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})
    code: str
    title: str
    summary: str
    body: Body = Field(description="papers, fee, time, where, form, steps, notes and legal basis")
    keywords: list[str]
    source: str
    checked_on: date
    url: str

    @classmethod
    def of(cls, row: Article) -> "ArticleOut":
        facts = {name: value for name, value in row.body.items() if name != "edited"}
        same = ("code", "title", "summary", "keywords", "source", "checked_on")
        return cls(**{name: getattr(row, name) for name in same}, body=Body(**facts), url=page_path(row.code))
