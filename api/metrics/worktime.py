"""Working time of a stretch of days as one table, so that thousands of lengths cost a search each and not a walk of days."""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta

from api.deadlines.rules import WorkCalendar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = 60_000_000  # microseconds: whole numbers, so that lengths are exactly those of api.deadlines.rules


class WorkTime:
    """The shifts from `first` to `last` (local days, both included). A moment outside counts as the nearer edge."""

    def __init__(self, calendar: WorkCalendar, first: date, last: date) -> None:
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._before: list[int] = [0]  # working time before each shift, and after the last
        for ahead in range((last - first).days + 1):
            for opens, closes in calendar.working_time(first + timedelta(days=ahead)):
                self._opens.append(_micro(opens))
                self._closes.append(_micro(closes))
                self._before.append(self._before[-1] + self._closes[-1] - self._opens[-1])

    def worked(self, moment: datetime) -> int:
        """Microseconds of working time from the table's start to `moment`."""
        at = _micro(moment)
        shift = bisect_right(self._opens, at) - 1
        if shift < 0:
            return 0
        return self._before[shift] + min(at, self._closes[shift]) - self._opens[shift]

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole working minutes from `start` to `end`, as `api.deadlines.rules.working_minutes_between` counts them."""
        if end < start:
            return -self.minutes_between(end, start)
        return (self.worked(end) - self.worked(start)) // MINUTE

    def add(self, start: datetime, minutes: int) -> datetime:
        """The moment `minutes` (also negative) of working time from `start`. Raises ValueError outside the table."""
        wanted = self.worked(start) + minutes * MINUTE
        if minutes == 0 and not self._is_open(start):
            return _moment(self._opens[bisect_right(self._opens, _micro(start))])
        shift = bisect_left(self._before, wanted) - 1 if wanted > 0 else 0
        if wanted < 0 or shift >= len(self._opens):
            raise ValueError("outside the days of this table")
        return _moment(self._opens[shift] + wanted - self._before[shift])

    def _is_open(self, moment: datetime) -> bool:
        at = _micro(moment)
        shift = bisect_right(self._opens, at) - 1
        return shift >= 0 and at < self._closes[shift]


def _micro(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def _moment(micro: int) -> datetime:
    return EPOCH + timedelta(microseconds=micro)
