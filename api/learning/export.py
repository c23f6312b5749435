"""Files to improve the bot with: what it is unsure of, what people labelled. Without personal data."""

from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.learning.desk import unsure
from api.learning.models import Label
from api.learning.words import settings, types_of_intents

HELD_OUT = 5  # one label in so many judges later models instead of teaching them
REGISTER = "real"  # written by citizens, not for a test set


def unsure_lines(session: Session, limit: int = 100_000) -> Iterator[dict[str, Any]]:
    """The messages that wait for a label, as `nlu evaluate` reads them, with the bot's guess as the label to be corrected."""
    for row in unsure(session, limit=limit).rows:
        settled = row.choices[0] if row.choices else row.guess
        yield {
            "text": row.text,
            "type": settled.message_type,
            "category": settled.category,
            "procedure": settled.procedure,
            "location": row.place,
            "register": REGISTER,
            "confidence": round(row.confidence, 3),
            "reasons": list(row.reasons),
        }


def labels(session: Session) -> tuple[list[Label], list[Label]]:
    """(those to learn from, those to judge by), always the same ones."""
    rows = session.scalars(select(Label).where(~Label.skipped).order_by(Label.id)).all()
    return [r for r in rows if r.id % HELD_OUT], [r for r in rows if r.id % HELD_OUT == 0]


def evaluation_lines(rows: Iterable[Label]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            "text": row.text,
            "type": row.message_type,
            "category": row.category,
            "procedure": row.procedure,
            "location": row.place,
            "register": REGISTER,
        }


def training_file(rows: Iterable[Label]) -> str:
    """The labels as a file for nlu_data/, one block for each intent and category or procedure. To be read before it is used."""
    blocks: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        key = ("category", row.category) if row.category else ("procedure", row.procedure or "")
        blocks.setdefault((_intent(row), *key), []).append(f"- {annotated(row.text, row.place)}")
    items = [
        {"intent": intent, **({"metadata": {name: code}} if code else {}), "examples": "\n".join(dict.fromkeys(lines)) + "\n"}
        for (intent, name, code), lines in sorted(blocks.items())
    ]
    return yaml.dump({"version": "3.1", "nlu": items}, Dumper=_Blocks, allow_unicode=True, sort_keys=False, width=10_000)


def _intent(row: Label) -> str:
    """The type's own intent; a type of several small ones (greet, thank) keeps the bot's guess where it is one of them."""
    kind = row.message_type or ""
    if kind in settings()["empty_types"]:
        fits = types_of_intents().get(row.intent or "") == kind
        return row.intent if fits and row.intent else str(settings()["intent_to_choose"])
    return kind


def annotated(text: str, place: str | None) -> str:
    """The sentence as Rasa reads it: its place in brackets, its own brackets made round."""
    plain = text.translate(_ROUND)
    where = (place or "").translate(_ROUND)
    if not where or where not in plain:
        return plain
    before, _, after = plain.partition(where)
    return f"{before}[{where}](location){after}"


_ROUND = str.maketrans("[]{}", "()()")


class _Blocks(yaml.SafeDumper):
    """Examples as literal blocks, as they are written by hand."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Blocks.add_representer(str, _text)
