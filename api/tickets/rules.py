"""The life of a ticket as one table, and the pure rules around it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from api.core.errors import Conflict
from api.core.text import fold, squeeze
from api.tickets.models import Priority, Status


class Deed(StrEnum):
    """Everything that can be done to a ticket. Each leaves one event row of this kind."""

    OPEN = "open"
    ACCEPT = "accept"
    ASK_BACK = "ask_back"
    CITIZEN_ANSWER = "citizen_answer"
    FORWARD = "forward"
    RETURN = "return"  # to the dispatchers' desk
    ASSIGN = "assign"
    NOTE = "note"
    REPLY = "reply"
    RECATEGORISE = "recategorise"
    PRIORITISE = "prioritise"
    EXTEND = "extend"
    RESOLVE = "resolve"
    REJECT = "reject"
    WITHDRAW = "withdraw"  # the citizen says that it is no emergency
    REOPEN = "reopen"
    RATE = "rate"
    CLOSE = "close"
    MERGE = "merge"
    UNMERGE = "unmerge"
    WARN = "warn"
    OVERDUE = "overdue"
    ESCALATE = "escalate"
    MARK = "mark"  # the bot heard a mark of urgency in words that came later
    UNMARK = "unmark"  # staff took such a mark off
    ADD = "add"  # words, photos or a place that the citizen added later


OPEN_STATES = (Status.NEW, Status.IN_PROGRESS, Status.WAITING)
RUNNING = (Status.NEW, Status.IN_PROGRESS)  # the clock stands while a ticket waits for the citizen
DONE_STATES = (Status.RESOLVED, Status.CLOSED, Status.REJECTED)

_S, _D = Status, Deed

# (state, deed) → next state. What is not listed cannot be done; the console draws its buttons from here.
TRANSITIONS: Mapping[tuple[Status, Deed], Status] = (
    {
        (_S.NEW, _D.ACCEPT): _S.IN_PROGRESS,
        (_S.NEW, _D.ASK_BACK): _S.WAITING,
        (_S.NEW, _D.RESOLVE): _S.RESOLVED,
        (_S.NEW, _D.REJECT): _S.REJECTED,
        (_S.NEW, _D.WITHDRAW): _S.WITHDRAWN,
        (_S.NEW, _D.FORWARD): _S.NEW,
        (_S.NEW, _D.RETURN): _S.NEW,
        (_S.NEW, _D.MERGE): _S.MERGED,
        (_S.IN_PROGRESS, _D.ASK_BACK): _S.WAITING,
        (_S.IN_PROGRESS, _D.RESOLVE): _S.RESOLVED,
        (_S.IN_PROGRESS, _D.REJECT): _S.REJECTED,
        (_S.IN_PROGRESS, _D.FORWARD): _S.NEW,
        (_S.IN_PROGRESS, _D.RETURN): _S.NEW,
        (_S.IN_PROGRESS, _D.MERGE): _S.MERGED,
        (_S.WAITING, _D.CITIZEN_ANSWER): _S.IN_PROGRESS,
        (_S.WAITING, _D.ACCEPT): _S.IN_PROGRESS,
        (_S.WAITING, _D.RESOLVE): _S.RESOLVED,
        (_S.WAITING, _D.REJECT): _S.REJECTED,
        (_S.WAITING, _D.FORWARD): _S.NEW,
        (_S.WAITING, _D.RETURN): _S.NEW,
        (_S.WAITING, _D.MERGE): _S.MERGED,
        (_S.RESOLVED, _D.RATE): _S.CLOSED,
        (_S.RESOLVED, _D.REOPEN): _S.IN_PROGRESS,
        (_S.RESOLVED, _D.CLOSE): _S.CLOSED,
        (_S.CLOSED, _D.RATE): _S.CLOSED,
        (_S.CLOSED, _D.REOPEN): _S.IN_PROGRESS,
        (_S.REJECTED, _D.REOPEN): _S.IN_PROGRESS,
        (_S.MERGED, _D.UNMERGE): _S.NEW,
    }
    | {
        # deeds that change something else than the state
        (state, deed): state
        for state in (_S.NEW, _S.IN_PROGRESS, _S.WAITING)
        for deed in (
            _D.ASSIGN,
            _D.NOTE,
            _D.REPLY,
            _D.RECATEGORISE,
            _D.PRIORITISE,
            _D.EXTEND,
            _D.WARN,
            _D.OVERDUE,
            _D.ESCALATE,
            _D.MARK,
            _D.UNMARK,
            _D.ADD,
        )
    }
    | {(state, _D.NOTE): state for state in (_S.RESOLVED, _S.CLOSED, _S.REJECTED, _S.MERGED, _S.WITHDRAWN)}
    | {(state, _D.REPLY): state for state in (_S.RESOLVED, _S.CLOSED, _S.REJECTED, _S.WITHDRAWN)}
)


class NotAllowedNow(Conflict):
    code = "not_allowed_now"
    message = "Phản ánh đang ở trạng thái không làm được việc này. Anh/chị tải lại trang rồi thử lại nhé."


def next_status(status: str, deed: Deed) -> Status:
    """The state after `deed`. Raises `NotAllowedNow` for a pair that is not in the table."""
    try:
        return TRANSITIONS[Status(status), deed]
    except KeyError as error:
        raise NotAllowedNow(state=status, deed=str(deed)) from error


def possible(status: str) -> set[Deed]:
    """Every deed that the table allows in this state."""
    return {deed for (state, deed) in TRANSITIONS if state == status}


def number_of(prefix: str, year: int, count: int) -> str:
    """A ticket's number.

    >>> number_of("HD", 2026, 123)
    'HD-26-000123'
    """
    return f"{prefix}-{year % 100:02d}-{count:06d}"


def title_of(description: str, limit: int = 90) -> str:
    """The first sentence of the citizen's words, cut at a blank, as the line in the queue."""
    line = squeeze(description.split("\n")[0])
    for mark in (". ", "! ", "? "):
        line = line.split(mark)[0]
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


def searchable(*parts: str | None) -> str:
    """What the queue's search looks through: everything folded, in one line."""
    return fold(" ".join(part for part in parts if part))


def may_reopen(status: str, done_at: datetime | None, now: datetime, days: int) -> bool:
    """Whether the citizen may still say that it is not fixed."""
    return status in DONE_STATES and done_at is not None and now - done_at <= timedelta(days=days)


def escalated_priority(reopen_count: int, priority: str) -> str:
    """From the second reopening on a ticket is looked at first."""
    return Priority.HIGH if reopen_count >= 2 and priority == Priority.NORMAL else priority
