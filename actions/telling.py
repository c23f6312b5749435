"""What is said of a ticket in the same words wherever it comes up: whose it is, and until when."""

from actions.turn import Turn
from api.core.settings import get_settings
from api.core.words import due_words
from api.departments.queries import names
from api.tickets.models import Ticket


def owner(turn: Turn, ticket: Ticket) -> str:
    """The name of the department that has the ticket; empty while it has none."""
    return names(turn.session).get(ticket.department_code, "")


def say_whose(turn: Turn, ticket: Ticket, response: str) -> None:
    """Say `response` with the ticket's number, its department and when it is due."""
    due = due_words(ticket.due_at, get_settings().zone)
    turn.say(response, number=ticket.number, department=owner(turn, ticket), due=due)
