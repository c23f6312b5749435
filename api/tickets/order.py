"""What comes first in a queue: one rule, for the database and for the cursor that continues a page.

Priority first. Within a priority: danger to life or health, then what is overdue, then children and other people who need
care, long waiting, anger; the weightiest mark of a ticket counts. What is equal in all this goes by its due moment. Danger
stands above the legal clock, for an hour may matter there; the other marks only order what the clock finds equal.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, or_

from api.core.errors import NotFound
from api.localities.taxonomy import signals
from api.tickets.models import Priority, Ticket
from api.tickets.rules import RUNNING

FIRST = "danger"  # the mark that goes before the clock
_PRIORITIES = (Priority.URGENT, Priority.HIGH, Priority.NORMAL)


def rank(now: datetime) -> ColumnElement[int]:
    """A ticket's class in the queue, 0 first, as the database computes it. The same as `rank_of`."""
    marks = _marks()
    late = and_(Ticket.status.in_(RUNNING), Ticket.due_at < now)
    mark = case(*((Ticket.signals.has_key(code), place) for place, code in enumerate(marks)), else_=len(marks))
    within = case((Ticket.signals.has_key(FIRST), 0), (late, 1 + mark), else_=2 + len(marks) + mark)
    priority = case(*((Ticket.priority == one, place) for place, one in enumerate(_PRIORITIES)), else_=len(_PRIORITIES) - 1)
    return priority * _classes() + within


def rank_of(ticket: Ticket, now: datetime) -> int:
    """A ticket's class in the queue, 0 first."""
    marks = _marks()
    mark = next((place for place, code in enumerate(marks) if code in ticket.signals), len(marks))
    late = ticket.status in RUNNING and ticket.due_at < now
    within = 0 if FIRST in ticket.signals else (1 if late else 2 + len(marks)) + mark
    return _PRIORITIES.index(Priority(ticket.priority)) * _classes() + within


def _marks() -> list[str]:
    return [code for code in signals() if code != FIRST]


def _classes() -> int:
    """How many classes one priority has: danger, then late or not with each mark or none."""
    return 1 + 2 * (len(_marks()) + 1)


def cursor_after(ticket: Ticket, now: datetime) -> str:
    """Where the next page begins. It carries the moment of the first page, so that nothing is lost or shown twice
    because it became overdue while somebody was reading."""
    return f"{now.isoformat()}|{rank_of(ticket, now)}|{ticket.due_at.isoformat()}|{ticket.number}"


def moment_of(cursor: str | None, now: datetime) -> datetime:
    """The moment at which the pages that `cursor` belongs to were ordered; `now` for a first page."""
    return _read(cursor)[0] if cursor else now


def later_than(cursor: str) -> ColumnElement[bool]:
    """Tickets that come after `cursor`. Raises `NotFound` for a cursor that is none."""
    now, place, due, number = _read(cursor)
    within = or_(Ticket.due_at > due, and_(Ticket.due_at == due, Ticket.number > number))
    return or_(rank(now) > place, and_(rank(now) == place, within))


def _read(cursor: str) -> tuple[datetime, int, datetime, str]:
    try:
        now, place, due, number = cursor.split("|")
        read = datetime.fromisoformat(now), int(place), datetime.fromisoformat(due), number
    except ValueError as error:
        raise NotFound("Trang này không còn, anh/chị tải lại danh sách nhé.") from error
    if read[0].tzinfo is None or read[2].tzinfo is None or not 0 <= read[1] < len(_PRIORITIES) * _classes():
        raise NotFound("Trang này không còn, anh/chị tải lại danh sách nhé.")
    return read
