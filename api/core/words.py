"""Moments and numbers as Vietnamese people write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


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
