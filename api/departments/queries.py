"""Reads of departments and staff."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.departments.models import Department, Staff


def departments(session: Session, active_only: bool = True) -> Sequence[Department]:
    """Dispatchers' desk first, then the city's departments, utilities and communes, each by name."""
    query = select(Department)
    if active_only:
        query = query.where(Department.active)
    order = {"dispatch": 0, "city": 1, "utility": 2, "commune": 3}
    return sorted(session.scalars(query), key=lambda d: (order.get(d.kind, 9), d.name))


def dispatch_desk(session: Session) -> Department:
    """The desk for what nobody could route. Every pack has exactly one."""
    return session.scalars(select(Department).where(Department.kind == "dispatch").order_by(Department.code)).first() or (
        _no_desk()
    )


def _no_desk() -> Department:
    raise RuntimeError("the locality pack names no department of kind `dispatch`: run `langnghe migrate`")


def commune_office(session: Session, unit_code: str | None) -> Department | None:
    """The People's Committee of a unit, if it works here."""
    if unit_code is None:
        return None
    query = select(Department).where(Department.unit_code == unit_code, Department.kind == "commune", Department.active)
    return session.scalars(query).first()


def names(session: Session) -> dict[str, str]:
    """code → short name, of all departments."""
    return {row.code: row.short_name for row in session.execute(select(Department.code, Department.short_name))}


def staff_names(session: Session) -> dict[int, str]:
    return {row.id: row.name for row in session.execute(select(Staff.id, Staff.name))}


def staff_of(session: Session, department_code: str | None = None) -> Sequence[Staff]:
    query = select(Staff).order_by(Staff.name)
    if department_code is not None:
        query = query.where(Staff.department_code == department_code)
    return session.scalars(query).all()
