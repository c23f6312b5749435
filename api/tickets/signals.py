"""Marks of urgency on a ticket: what the bot heard in the citizen's words. They order the queue, and staff may take them off.

Never a reason to refuse, to answer later or to answer less: nothing but the queue reads them.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from api.core.errors import DomainError
from api.departments.models import Staff
from api.localities.taxonomy import signals, sure_from
from api.tickets.access import require
from api.tickets.change import change
from api.tickets.models import Ticket, TicketEvent
from api.tickets.rules import Deed, possible


class NoSuchSignal(DomainError):
    code = "no_such_signal"
    message = "Dấu hiệu này không còn trên phản ánh."


def sure(found: Mapping[str, float]) -> dict[str, float]:
    """Those of the bot's guesses (mark → probability) that are worth showing, the weightiest first."""
    return {code: round(found[code], 3) for code, least in sure_from().items() if found.get(code, 0.0) >= least}


def signals_of(ticket: Ticket) -> list[tuple[str, float]]:
    """The ticket's marks with the bot's probability, the weightiest first."""
    return [(code, ticket.signals[code]) for code in signals() if code in ticket.signals]


def mark(session: Session, ticket: Ticket, found: Mapping[str, float], now: datetime) -> TicketEvent | None:
    """Add what later words of the citizen tell. A mark that staff took off does not come back by itself."""
    new = {code: p for code, p in sure(found).items() if code not in {*ticket.signals, *ticket.signals_cleared}}
    if not new or Deed.MARK not in possible(ticket.status):
        return None
    ticket.signals = ticket.signals | new
    return change(session, ticket, Deed.MARK, now, actor="bot", signals=new)


def unmark(session: Session, ticket: Ticket, staff: Staff, signal: str, now: datetime) -> TicketEvent:
    """Staff read it and say that it is not so."""
    require(staff, ticket, Deed.UNMARK)
    if signal not in ticket.signals:
        raise NoSuchSignal
    taken = {signal: ticket.signals[signal]}
    ticket.signals = {code: p for code, p in ticket.signals.items() if code != signal}
    ticket.signals_cleared = [*ticket.signals_cleared, signal]
    return change(session, ticket, Deed.UNMARK, now, actor="staff", staff_id=staff.id, signals=taken)
