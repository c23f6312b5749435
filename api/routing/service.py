"""Category × place → the department that owns it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.departments.models import Department
from api.departments.queries import commune_office, dispatch_desk
from api.routing.models import Route
from api.routing.rules import narrowest


def route(session: Session, category: str, unit_code: str | None) -> Department:
    """The owner; the dispatchers' desk where no route fits, the place is unknown to a commune's route, or the owner is gone."""
    routes = session.scalars(select(Route).where(Route.category == category)).all()
    found = narrowest(routes, category, unit_code)
    if found is None:
        return dispatch_desk(session)
    owner = commune_office(session, unit_code) if found.to_commune else session.get(Department, found.department_code)
    return owner if owner is not None and owner.active else dispatch_desk(session)
