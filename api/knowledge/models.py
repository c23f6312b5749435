"""Articles that answer questions about procedures."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base


class Article(Base):
    """One procedure. `code` is the taxonomy's code; `body` holds the fields shown on the card and the page.

    body: {"papers": [str], "fee": str, "time": str, "where": str, "form": str, "steps": [str], "notes": [str],
    "online_url": str|None, "legal_basis": [str], "questions": [str]}
    """

    __tablename__ = "article"
    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    summary: Mapped[str]  # two sentences at most: the short answer
    body: Mapped[dict[str, Any]]
    keywords: Mapped[list[str]]
    source: Mapped[str]
    checked_on: Mapped[date]
    published: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
