"""A ticket as the card that chat and pages show: number, steps, owner, due moment."""

from typing import Any

from sqlalchemy.orm import Session

from api.core.settings import get_settings
from api.core.words import due_words
from api.departments.queries import names
from api.tickets.models import Status, Ticket

STATUS_WORDS = {
    Status.NEW: "Đã tiếp nhận",
    Status.IN_PROGRESS: "Đang xử lý",
    Status.WAITING: "Chờ anh/chị bổ sung",
    Status.RESOLVED: "Đã trả lời",
    Status.CLOSED: "Đã đóng",
    Status.REJECTED: "Không xử lý",
    Status.MERGED: "Đã gộp",
    Status.WITHDRAWN: "Đã rút lại",
}
STEPS = ("Tiếp nhận", "Đang xử lý", "Hoàn thành")
_REACHED = {Status.NEW: 0, Status.IN_PROGRESS: 1, Status.WAITING: 1, Status.MERGED: 1, Status.WITHDRAWN: 0}


def ticket_card(session: Session, ticket: Ticket, number: str | None = None) -> dict[str, Any]:
    """JSON-able. `number`: the one this reader knows, where the ticket has taken in duplicates."""
    reached = _REACHED.get(Status(ticket.status), 2)
    states = ["done" if i < reached else "now" if i == reached else "todo" for i in range(len(STEPS))]
    running = ticket.status in {Status.NEW, Status.IN_PROGRESS, Status.WAITING}
    return {
        "kind": "ticket",
        "number": number or ticket.number,
        "title": ticket.title,
        "status": ticket.status,
        "status_words": STATUS_WORDS[Status(ticket.status)],
        "steps": [{"label": label, "state": state} for label, state in zip(STEPS, states, strict=True)],
        "department": names(session).get(ticket.department_code),
        "due": due_words(ticket.due_at, get_settings().zone) if running else None,
        "due_iso": ticket.due_at.isoformat() if running else None,
    }
