"""Staff change an article in the console."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.core.errors import Conflict, DomainError, NotFound
from api.core.settings import get_settings
from api.knowledge.models import Article
from api.knowledge.schemas import ArticleChanges

NAMES = {
    "title": "Tên thủ tục",
    "summary": "Trả lời ngắn (tối đa hai câu)",
    "keywords": "Từ khóa",
    "source": "Nguồn",
    "checked_on": "Ngày kiểm tra",
    "papers": "Giấy tờ",
    "fee": "Lệ phí",
    "time": "Thời hạn",
    "where": "Nơi nộp",
    "form": "Mẫu đơn",
    "steps": "Các bước",
    "notes": "Lưu ý",
    "online_url": "Địa chỉ nộp trực tuyến",
    "legal_basis": "Căn cứ pháp lý",
    "questions": "Câu hỏi mẫu",
}


class InvalidArticle(DomainError):
    """A field cannot be stored. `fields`: their names."""

    code = "invalid_article"


def update_article(session: Session, staff_id: int, code: str, changes: Mapping[str, Any], now: datetime) -> Article:
    """Change only the fields sent; the version grows by one. From then on the locality pack leaves the article alone.

    Raises NotFound, InvalidArticle, and Conflict where `changes["version"]` is no longer the stored one.
    """
    wanted = _validated(changes)
    row = session.get(Article, code, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("Không có bài hướng dẫn này.")
    if wanted.version is not None and wanted.version != row.version:
        raise Conflict("Bài này vừa được người khác sửa, anh/chị tải lại rồi sửa tiếp nhé.")
    if wanted.checked_on is not None and wanted.checked_on > now.astimezone(get_settings().zone).date():
        raise InvalidArticle("Ngày kiểm tra không thể sau hôm nay.", fields=["checked_on"])
    sent = wanted.model_dump(exclude_none=True, exclude={"version", "body"})
    for name, value in sent.items():
        setattr(row, name, value)
    body = wanted.body.model_dump(exclude={"edited"}) if wanted.body else row.body
    row.body = body | {"edited": {"by": staff_id, "at": now.isoformat()}}
    row.version += 1
    session.flush()
    return row


def _validated(changes: Mapping[str, Any]) -> ArticleChanges:
    try:
        return ArticleChanges.model_validate(dict(changes))
    except ValidationError as error:
        fields = list(dict.fromkeys(_field(e["loc"]) for e in error.errors()))
        words = ", ".join(NAMES.get(field, field) for field in fields)
        raise InvalidArticle(f"Anh/chị xem lại ô: {words}.", fields=fields) from error


def _field(location: tuple[int | str, ...]) -> str:
    names = [part for part in location if isinstance(part, str)]
    return names[1] if len(names) > 1 and names[0] == "body" else names[0]
