"""Figures as people read them: numbers, shares, lengths of working time, and how they moved. Pure."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from api.core.words import number
from api.metrics.rules import Figures, trend
from api.metrics.service import Report

MINUTES_A_DAY = 480
# figure of the tile → whether more of it is better; None: neither
BETTER = {"received": None, "solved": True, "on_time": True, "overdue": False, "solution": False, "satisfied": True}
SHARES = {"on_time", "satisfied"}


@lru_cache(maxsize=1)
def said() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "dashboard.yml").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class Tile:
    """One of the six figures. `state` of its trend: good | bad | flat."""

    code: str
    name: str
    icon: str
    value: str
    unit: str
    trend: str
    trend_icon: str
    state: str
    sub: str


def percent(value: float | None, digits: int = 0) -> str:
    """`87%`, "–" for nothing to divide by."""
    return "–" if value is None else f"{number(value * 100, digits)}%"


def length(minutes: float | None) -> str:
    """Working time in the unit a person would use: `35 phút`, `2,4 giờ`, `3,5 ngày`."""
    words = said()["length"]
    if minutes is None:
        return "–"
    if minutes < 60:
        return f"{number(minutes)} {words['minutes']}"
    if minutes < MINUTES_A_DAY:
        return f"{_short(minutes / 60)} {words['hours']}"
    return f"{_short(minutes / MINUTES_A_DAY)} {words['days']}"


def _short(value: float) -> str:
    """One decimal, none where it is zero: `3,5` and `4`."""
    return number(value, 0 if abs(value - round(value)) < 0.05 else 1)


def tiles(report: Report, days: int, *, running: bool) -> list[Tile]:
    """`days`: length of the period; `running`: it ends now, so its overdue tickets are those of this moment."""
    now, earlier = report.overview.figures, report.overview.earlier
    return [_tile(code, now, earlier, _sub(code, report, days), running) for code in BETTER]


def _tile(code: str, now: Figures, earlier: Figures | None, sub: str, running: bool) -> Tile:
    words, value = said()["tiles"][code], getattr(now, code)
    text, icon, state = _trend(code, value, getattr(earlier, code) if earlier else None)
    shown = percent(value) if code in SHARES else length(value) if code == "solution" else number(value)
    name = said()["overdue_past"] if code == "overdue" and not running else words["name"]
    return Tile(code, name, words["icon"], shown, words["unit"] if value is not None else "", text, icon, state, sub)


def _trend(code: str, now: float | None, earlier: float | None) -> tuple[str, str, str]:
    """(words, icon, state)."""
    words, moved = said()["trend"], trend(now, earlier, BETTER[code])
    if moved is None:
        return words["none"], "dash", "flat"
    amount = _amount(code, moved.change, moved.relative)
    if amount.split(" ")[0].rstrip("%") == "0":
        return words["same"], "arrow-right", "flat"
    up, down = ("slower", "faster") if code == "solution" else ("up", "down")
    rising = moved.change > 0
    state = "flat" if moved.good is None else "good" if moved.good else "bad"
    # slower and faster already say whether it is better
    verdict = f" · {words[state]}" if state in words and code != "solution" else ""
    moved_words = f"{words[up] if rising else words[down]} {amount}"
    return moved_words[0].upper() + moved_words[1:] + verdict, "arrow-up-right" if rising else "arrow-down-right", state


def _amount(code: str, change: float, relative: float | None) -> str:
    if code in SHARES:
        return f"{_short(abs(change) * 100)} {said()['trend']['points']}"
    if code == "solution":
        return length(abs(change))
    if code == "overdue" or relative is None:
        return number(abs(change))
    return percent(abs(relative))


def _sub(code: str, report: Report, days: int) -> str:
    now = report.overview.figures
    values = {
        "received": _short(now.received / max(days, 1)),
        "solved": percent(now.reopened, 1) if now.reopened else None,
        "on_time": number(now.late) if now.solved else None,
        "overdue": number(sum(row.figures.overdue > 0 for row in report.by["department"])) if now.overdue else None,
        "solution": length(now.first_answer) if now.first_answer is not None else None,
        "satisfied": percent(now.response) if now.ratings else None,
    }
    words, value = said()["sub"][code], values[code]
    if value is None:
        return str(words["none"])
    return str(words["text"]).format(value=value, stars=number(now.stars or 0, 1))
