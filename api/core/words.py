"""Moments and numbers as Vietnamese people write them."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from api.core.errors import DomainError

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
# 23/11/2026, 23-11-2026, 23.11.2026; 23112026, for the number keys of a phone have no slash
_DAY = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4})|(\d{2})(\d{2})(\d{4})", re.ASCII)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class NotADay(DomainError):
    def __init__(self, typed: str) -> None:
        super().__init__(f"Ngày “{typed[:20]}” chưa đúng. Anh/chị viết ngày/tháng/năm, ví dụ 23/11/2026.")


def day_words(on: date) -> str:
    """`22/11/2026`."""
    return on.strftime("%d/%m/%Y")


def read_day(typed: str) -> date | None:
    """A day as a person writes it, or as an address and an API do (`2026-11-23`). None: nothing typed. Raises `NotADay`."""
    clean = "".join(typed.split())
    if not clean:
        return None
    try:
        if _ISO.fullmatch(clean):
            return date.fromisoformat(clean)
        found = _DAY.fullmatch(clean)
        if found is None:
            raise NotADay(typed)
        d, m, y = (found[1], found[3], found[4]) if found[1] else (found[5], found[6], found[7])
        return date(int(y), int(m), int(d))
    except ValueError as error:
        raise NotADay(typed) from error


def moment(at: datetime, zone: ZoneInfo) -> str:
    """`22/11/2026 14:05`."""
    return at.astimezone(zone).strftime("%d/%m/%Y %H:%M")


def due_words(at: datetime, zone: ZoneInfo) -> str:
    """`16:30 thứ Tư 25/11`, the way a due moment is said in chat."""
    local = at.astimezone(zone)
    return f"{local:%H:%M} {WEEKDAYS[local.weekday()]} {local.day:02d}/{local.month:02d}"


def number(value: float, digits: int = 0) -> str:
    """`1.250` and `3,5`: dots between thousands, a comma before decimals."""
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def minutes_words(minutes: int) -> str:
    """A length of working time as a person says it: "3 giờ", "40 phút", "2 ngày làm việc" (480 minutes a day)."""
    if minutes < 60:
        return f"{minutes} phút"
    return f"{minutes // 60} giờ" if minutes < 480 else f"{minutes // 480} ngày làm việc"
