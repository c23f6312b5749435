"""A ticket's event rows as sentences a clerk reads."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from admin.desk import Labels
from admin.words import label, words
from api.core.settings import get_settings
from api.core.words import moment
from api.localities.taxonomy import categories, signals
from api.tickets.models import TicketEvent


@dataclass(frozen=True)
class Line:
    """One change: what happened, and the words that went with it (a person's own: never markup)."""

    at: datetime
    icon: str
    sentence: str
    said: str
    public: bool
    photos: list[str]


def history(events: Iterable[TicketEvent], known: Labels) -> list[Line]:
    return [_line(event, known) for event in events]


def _line(event: TicketEvent, known: Labels) -> Line:
    template = words()["history"][event.kind]
    fields = _Fields(_readable(event.data, known), who=_who(event, known))
    said = event.data.get("text") or event.data.get("reason") or event.data.get("comment") or ""
    return Line(
        event.at, template["icon"], template["text"].format_map(fields), said, event.public, event.data.get("media_ids") or []
    )


class _Fields(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""  # an older event knew less


def _who(event: TicketEvent, known: Labels) -> str:
    if event.staff_id is not None:
        return known.staff.get(event.staff_id, label("actors", "staff"))
    return label("actors", event.actor)


def _readable(data: dict[str, Any], known: Labels) -> dict[str, str]:
    readers: dict[str, Callable[[Any], str]] = {
        "department": lambda code: known.departments.get(code, code),
        "from_department": lambda code: known.departments.get(code, code),
        "category": lambda code: categories().get(code, code),
        "before_category": lambda code: categories().get(code, code),
        "signals": lambda found: ", ".join(signals().get(code, code) for code in found),
        "to": lambda staff_id: known.staff.get(staff_id, ""),
        "priority": lambda code: label("priority", code).lower(),
        "due_at": lambda iso: moment(datetime.fromisoformat(iso), get_settings().zone),
    }
    return {key: readers.get(key, str)(value) for key, value in data.items()}
