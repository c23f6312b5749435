"""Routes of the locality pack. A route that staff changed stays as they left it."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.localities.pack import read
from api.localities.taxonomy import categories
from api.routing.models import Route

COMMUNE = "commune"


def load(session: Session) -> None:
    rows = [row for entry in read("routes.yml") for row in _rows(entry)]
    session.execute(insert(Route).values(rows).on_conflict_do_nothing())


def _rows(entry: dict[str, Any]) -> list[dict[str, Any]]:
    if entry["category"] not in categories():
        raise ValueError(f"routes.yml: {entry['category']} is not a category")
    to_commune = entry["department"] == COMMUNE
    owner = {"department_code": None if to_commune else entry["department"], "to_commune": to_commune}
    return [{"category": entry["category"], "unit_code": unit} | owner for unit in entry.get("units", [None])]
