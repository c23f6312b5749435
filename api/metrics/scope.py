"""Whose tickets a figure counts, and who may ask for it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from api.core.errors import Forbidden
from api.departments.models import Department, Staff
from api.tickets.access import SEES_ALL
from api.tickets.models import Ticket


@dataclass(frozen=True)
class Scope:
    """`department`: only its tickets (the owner they have now), None: all. `demo`: invented history counts too."""

    department: str | None = None
    demo: bool = True

    def conditions(self) -> list[ColumnElement[bool]]:
        own = [Ticket.department_code == self.department] if self.department is not None else []
        return own + ([] if self.demo else [Ticket.demo.is_(False)])


def scope_of(session: Session, staff: Staff, department: str | None = None) -> Scope:
    """What this person may count. Leaders, dispatchers and administrators choose; clerks and heads see their own only.

    Raises `Forbidden` for somebody else's department, or one that does not exist.
    """
    if staff.role in SEES_ALL:
        if department and session.get(Department, department) is None:
            raise Forbidden("Đơn vị này không có trong danh sách.")
        return Scope(department or None)
    if staff.department_code is None or department not in (None, "", staff.department_code):
        raise Forbidden("Anh/chị chỉ xem được số liệu của đơn vị mình.")
    return Scope(staff.department_code)
