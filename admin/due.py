"""The due badge: first thing in every row. State, icon, words by working time, exact moment. Pure."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from admin.words import words
from api.core.words import minutes_words, moment
from api.deadlines.rules import WorkCalendar, working_minutes_between
from api.tickets.models import Status, Ticket

MINUTES_A_DAY = 480


@dataclass(frozen=True)
class Badge:
    """`state`: overdue | soon | ok | waiting | done. `exact` is shown on hover."""

    state: str
    icon: str
    words: str
    exact: str


@dataclass(frozen=True)
class DueView:
    """All that a badge needs besides the ticket. `soon_before`: tickets due before it count as due soon."""

    calendar: WorkCalendar
    now: datetime
    soon_before: datetime

    @property
    def zone(self) -> ZoneInfo:
        return self.calendar.zone

    def badge(self, ticket: Ticket) -> Badge:
        exact = words()["due"]["exact"].format(moment=moment(ticket.due_at, self.zone))
        if ticket.status == Status.WAITING:
            return Badge("waiting", "hourglass-split", words()["due"]["waiting"], exact)
        if ticket.status in {Status.NEW, Status.IN_PROGRESS}:
            return self._running(ticket, exact)
        return self._done(ticket, exact)

    def _running(self, ticket: Ticket, exact: str) -> Badge:
        minutes = working_minutes_between(self.calendar, self.now, ticket.due_at)
        if ticket.due_at < self.now:
            return Badge("overdue", "exclamation-triangle-fill", _late_words(-minutes), exact)
        if ticket.due_at <= self.soon_before:
            return Badge("soon", "alarm-fill", _left_words(minutes), exact)
        return Badge("ok", "clock", _left_words(minutes), exact)

    def _done(self, ticket: Ticket, exact: str) -> Badge:
        if ticket.status in {Status.REJECTED, Status.MERGED, Status.WITHDRAWN}:
            return Badge("done", words()["status_icon"][ticket.status], words()["due"][ticket.status], exact)
        late = ticket.resolved_at is not None and ticket.resolved_at > ticket.due_at
        return Badge("done", "check-circle", words()["due"]["late" if late else "in_time"], exact)


def _late_words(minutes: int) -> str:
    if minutes < 1:
        return str(words()["due"]["overdue_now"])
    # "quá hạn 2 ngày": that working days are meant goes without saying here
    return str(words()["due"]["overdue"]).format(length=minutes_words(minutes).removesuffix(" làm việc"))


def _left_words(minutes: int) -> str:
    if minutes < 1:
        return str(words()["due"]["now"])
    length = minutes_words(minutes)
    working = words()["due"]["working"]
    return str(words()["due"]["left"]).format(length=length if length.endswith(working) else f"{length} {working}")
