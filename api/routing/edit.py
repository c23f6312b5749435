"""Routes changed by an administrator: which department owns a category, everywhere or in one unit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.errors import DomainError
from api.departments.audit import audit
from api.departments.models import Department
from api.localities.taxonomy import categories
from api.places.models import PlaceUnit
from api.routing.models import Route

COMMUNE = "commune"  # the office of the commune where it happened


def routes(session: Session) -> Sequence[Route]:
    """All routes, by category in the order of the taxonomy, the one for everywhere first."""
    order = {code: place for place, code in enumerate(categories())}
    rows = session.scalars(select(Route)).all()
    return sorted(rows, key=lambda row: (order.get(row.category, 99), row.unit_code or ""))


def save_route(session: Session, by: int, category: str, unit_code: str | None, owner: str, now: datetime) -> Route:
    """`owner`: a department's code, or `commune`. The row of this category and unit is made or changed."""
    if category not in categories():
        raise DomainError("Lĩnh vực này không có trong danh mục.")
    if unit_code and session.get(PlaceUnit, unit_code) is None:
        raise DomainError("Phường, xã không có trong danh sách.")
    department = session.get(Department, owner) if owner != COMMUNE else None
    if owner != COMMUNE and (department is None or not department.active):
        raise DomainError("Đơn vị nhận không có trong danh sách.")
    row = _row(session, category, unit_code)
    before = {"owner": _owner(row)} if row else {}
    if row is None:
        row = Route(category=category, unit_code=unit_code or None)
        session.add(row)
    row.to_commune, row.department_code = owner == COMMUNE, None if owner == COMMUNE else owner
    session.flush()
    audit(session, by, "route.save", _name(category, unit_code), before, {"owner": owner}, now)
    return row


def delete_route(session: Session, by: int, route_id: int, now: datetime) -> None:
    """Without its route a category goes where the wider one says, else to the dispatchers' desk."""
    row = session.get(Route, route_id)
    if row is None:
        raise DomainError("Tuyến chuyển này không còn.")
    session.delete(row)
    audit(session, by, "route.delete", _name(row.category, row.unit_code), {"owner": _owner(row)}, {}, now)


def _row(session: Session, category: str, unit_code: str | None) -> Route | None:
    same_unit = Route.unit_code == unit_code if unit_code else Route.unit_code.is_(None)
    return session.scalar(select(Route).where(Route.category == category, same_unit))


def _owner(row: Route) -> str | None:
    return COMMUNE if row.to_commune else row.department_code


def _name(category: str, unit_code: str | None) -> str:
    return f"{category}/{unit_code}" if unit_code else category
