"""Ready-made replies of the locality pack, fitting one deed and one category."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from api.core.settings import get_settings
from api.core.words import due_words
from api.localities.pack import read
from api.tickets.models import Ticket


@dataclass(frozen=True)
class Reply:
    title: str
    text: str


@lru_cache(maxsize=1)
def _entries() -> list[dict[str, Any]]:
    try:
        return list(read("replies.yml"))
    except FileNotFoundError:
        return []  # a pack without ready-made replies is a pack all the same


def replies(deed: str, ticket: Ticket, department: str) -> list[Reply]:
    """Those written for the category first, then those for all."""
    fields = {
        "number": ticket.number,
        "department": department,
        "due": due_words(ticket.due_at, get_settings().zone),
    }
    fitting = [entry for entry in _entries() if deed in entry["deeds"]]
    own = [entry for entry in fitting if ticket.category in entry.get("categories", ())]
    general = [entry for entry in fitting if "categories" not in entry]
    return [Reply(entry["title"], entry["text"].format(**fields).strip()) for entry in own + general]
