"""Pages from templates. Everything is escaped; citizens' words are never markup."""

import io
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from admin.words import label, signal_reason, words
from api.core.settings import get_settings
from api.core.words import day_words, minutes_words, moment, number
from api.departments.models import Role
from api.localities.pack import pack
from api.localities.taxonomy import categories, message_types, signals
from api.tickets.signals import signals_of

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


@lru_cache(maxsize=1)
def environment() -> Environment:
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.filters |= {
        "moment": _moment,
        "day": _day,
        "date": day_words,
        "clock": _clock,
        "recent": _recent,
        "number": number,
        "tel": _tel,
        "span": minutes_words,
    }
    made.globals |= {
        "label": label,
        "words": words,
        "Role": Role,
        "pack": pack,
        "asset": _asset,
        "max_upload_mb": _max_upload_mb,
    }
    made.globals |= {"categories": categories, "message_types": message_types}
    made.globals |= {"signals": signals, "signals_of": signals_of, "signal_reason": signal_reason}
    return made


def render(request: Request, name: str, **context: Any) -> str:
    person = getattr(request.state, "person", None)
    now = request.app.state.clock.now()
    return environment().get_template(name).render(request=request, person=person, now=now, **context)


def page(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A whole page or a fragment of one, never kept by a cache: it shows citizens' data."""
    headers = {"Cache-Control": "no-store", "Vary": "HX-Request"}
    return HTMLResponse(render(request, name, **context), status, headers=headers)


def qr(address: str) -> Markup:
    """An SVG picture of a QR code that leads to `address`, black on white, for paper."""
    import segno  # the printed sheet alone needs it

    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2)
    return Markup(out.getvalue().decode())  # noqa: S704 (our own picture: nothing in it was typed by anyone)


def wants_fragment(request: Request) -> bool:
    """htmx asks for a part of the page; a step back in history asks for all of it."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def _max_upload_mb() -> int:
    return get_settings().max_upload_mb


def _moment(at: datetime | None) -> str:
    return moment(at, get_settings().zone) if at else ""


def _recent(at: datetime, now: datetime) -> str:
    """As short as it can be told: the time today, the day this year, else the whole."""
    zone = get_settings().zone
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return local.strftime("%H:%M")
    return local.strftime("%d/%m %H:%M" if local.year == today.year else "%d/%m/%Y %H:%M")


def _day(at: datetime | None) -> str:
    return day_words(at.astimezone(get_settings().zone)) if at else ""


def _clock(at: datetime | None) -> str:
    return at.astimezone(get_settings().zone).strftime("%H:%M") if at else ""


def _tel(phone: str) -> str:
    """A phone number as the address of a link: digits and a leading plus only."""
    return "tel:" + "".join(c for i, c in enumerate(phone) if c.isdigit() or (c == "+" and i == 0))


@lru_cache(maxsize=64)
def _asset(path: str) -> str:
    """The address of a static file, with its age: a new version is fetched at once."""
    file = STATIC / path
    return f"/static/{path}?v={int(file.stat().st_mtime)}" if file.exists() else f"/static/{path}"
