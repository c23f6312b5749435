"""Articles of the locality pack, one YAML file each, named by its procedure's code. What staff edited (version > 1) stays."""

from collections.abc import Iterator
from typing import Any

import yaml
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.core.settings import get_settings
from api.knowledge.models import Article
from api.knowledge.schemas import PackArticle
from api.localities.pack import FOLDER


def articles(pack_name: str | None = None) -> Iterator[tuple[str, PackArticle]]:
    """(code, article) of every file. Raises pydantic's ValidationError for one that is not valid."""
    for path in sorted((FOLDER / (pack_name or get_settings().locality) / "articles").glob("*.yml")):
        yield path.stem, PackArticle(**yaml.safe_load(path.read_text(encoding="utf-8")))


def load(session: Session) -> None:
    rows = [_row(code, article) for code, article in articles()]
    if not rows:
        return
    statement = insert(Article).values(rows)
    fresh = {name: statement.excluded[name] for name in PackArticle.model_fields}
    session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=fresh, where=Article.version == 1))


def _row(code: str, article: PackArticle) -> dict[str, Any]:
    body = article.body.model_dump(exclude={"edited"})
    return article.model_dump(exclude={"body"}) | {"code": code, "body": body, "published": True, "version": 1}
