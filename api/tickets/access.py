"""Who may see and do what. The console draws its buttons from `allowed_actions`; every service asks `require` again."""

from api.core.errors import Forbidden
from api.departments.models import Role, Staff
from api.tickets.models import Ticket
from api.tickets.rules import Deed, possible

_WORK = {
    Deed.ACCEPT,
    Deed.ASK_BACK,
    Deed.FORWARD,
    Deed.RETURN,
    Deed.ASSIGN,
    Deed.NOTE,
    Deed.REPLY,
    Deed.RECATEGORISE,
    Deed.RESOLVE,
    Deed.REJECT,
    Deed.MERGE,
    Deed.UNMARK,
}
_DEEDS: dict[str, set[Deed]] = {
    Role.CLERK: _WORK,
    Role.HEAD: _WORK | {Deed.EXTEND, Deed.PRIORITISE, Deed.UNMERGE},
    Role.DISPATCHER: _WORK | {Deed.EXTEND, Deed.PRIORITISE, Deed.UNMERGE},
    Role.ADMIN: _WORK | {Deed.EXTEND, Deed.PRIORITISE, Deed.UNMERGE},
    Role.LEADER: {Deed.NOTE, Deed.PRIORITISE},
}  # fmt: skip
SEES_ALL = {Role.DISPATCHER, Role.LEADER, Role.ADMIN}


def may_see(staff: Staff, ticket: Ticket) -> bool:
    """Clerks and heads see the tickets of their own department; the others see all."""
    return staff.role in SEES_ALL or staff.department_code == ticket.department_code


def may_see_contact(staff: Staff, ticket: Ticket) -> bool:
    """Name and phone are for those who work on it; a leader reads the case without them."""
    return may_see(staff, ticket) and staff.role != Role.LEADER


def allowed_actions(staff: Staff, ticket: Ticket) -> set[Deed]:
    """What this person may do with this ticket now."""
    if not may_see(staff, ticket):
        return set()
    return possible(ticket.status) & _DEEDS.get(staff.role, set())


def require_sight(staff: Staff, ticket: Ticket) -> None:
    if not may_see(staff, ticket):
        raise Forbidden("Phản ánh này thuộc đơn vị khác.")


def require(staff: Staff, ticket: Ticket, deed: Deed) -> None:
    """Raises `Forbidden` unless this person's role may do `deed` here. The state is checked by the table itself."""
    require_sight(staff, ticket)
    if deed not in _DEEDS.get(staff.role, set()):
        raise Forbidden
