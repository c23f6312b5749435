"""The conversations behind invented tickets: what was written, answered and announced, as real ones look."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from api.conversations.models import InStatus, OutStatus
from api.core.words import due_words
from api.demo.life import Life
from api.notifications.service import verdict_buttons, words
from api.tickets.rules import Deed

TYPING = timedelta(minutes=1)
SILENT = {Deed.OPEN, Deed.MERGE}


def messages(life: Life) -> Iterator[dict[str, Any]]:
    """The thread of one ticket, oldest first; nothing for one that came by telephone."""
    if life.conversation_id is None:
        return
    opened, department = life.incident.at, life.ground.departments[life.events[0]["data"]["department"]].short_name
    yield _incoming(life, opened - TYPING, life.row["description"])
    fields = {"number": life.number, "department": department, "due": _due(life, life.row["first_response_due_at"])}
    yield _outgoing(life, opened, "bot", life.ground.words["bot"]["received"].format(**fields))
    owner = department
    for event in life.events[1:]:
        if event["kind"] == Deed.FORWARD:
            owner = life.ground.departments[event["data"]["department"]].short_name
        yield from _of_event(life, event, owner)


def _of_event(life: Life, event: dict[str, Any], owner: str) -> Iterator[dict[str, Any]]:
    kind, at, data = event["kind"], event["at"], event["data"]
    if kind == Deed.CITIZEN_ANSWER:
        yield _incoming(life, at, data["text"])
    elif kind == Deed.RATE:
        title = words()["buttons"]["rate"][data["score"] - 1]
        yield _incoming(life, at, title, "/rate" + json.dumps({"ticket": life.number, "score": str(data["score"])}))
        if "comment" in data:
            yield _incoming(life, at + TYPING / 2, data["comment"])
    elif kind == Deed.REOPEN:
        yield _incoming(life, at - TYPING, words()["buttons"]["not_fixed"], "/not_fixed" + json.dumps({"ticket": life.number}))
        yield _incoming(life, at - TYPING / 2, data["text"])
    if kind == Deed.REPLY:
        yield _outgoing(life, at, "staff", data["text"], staff_id=event["staff_id"])
    elif event["public"] and words().get(kind):
        yield _notice(life, event, owner)


def _notice(life: Life, event: dict[str, Any], owner: str) -> dict[str, Any]:
    data = event["data"]
    fields = {
        "number": life.number,
        "department": owner,
        "due": _due(life, datetime.fromisoformat(data["due_at"]) if "due_at" in data else life.row["due_at"]),
        "text": data.get("text", ""),
        "reason": data.get("reason", ""),
        "main": data.get("into", ""),
    }
    buttons = [button.__dict__ for button in verdict_buttons(life.number)] if event["kind"] == Deed.RESOLVE else []
    text = words()[event["kind"]].format(**fields)
    return _outgoing(life, event["at"], "system", text, extra={"buttons": buttons} if buttons else {})


def asking_for_a_person(life: Life, now: datetime) -> list[dict[str, Any]]:
    """A citizen who waits for a person now."""
    said = life.ground.words["bot"]
    at = max(life.last + TYPING, now - timedelta(minutes=12))
    return [_incoming(life, at, said["human"]), _outgoing(life, at + TYPING / 4, "bot", said["human_answer"])]


def _due(life: Life, at: datetime) -> str:
    return due_words(at, life.ground.zone)


def _incoming(life: Life, at: datetime, text: str, payload: str | None = None) -> dict[str, Any]:
    kind = "button" if payload else "text"
    return _row(life, at, "in", "citizen", kind, text, InStatus.DONE) | {"extra": {"payload": payload} if payload else {}}


def _outgoing(
    life: Life, at: datetime, author: str, text: str, *, extra: dict[str, Any] | None = None, staff_id: int | None = None
) -> dict[str, Any]:
    return _row(life, at, "out", author, "text", text, OutStatus.SENT) | {"extra": extra or {}, "staff_id": staff_id}


def _row(life: Life, at: datetime, direction: str, author: str, kind: str, text: str, status: str) -> dict[str, Any]:
    return {
        "conversation_id": life.conversation_id,
        "direction": direction,
        "author": author,
        "kind": kind,
        "text": text,
        "extra": {},
        "media_ids": [],
        "status": status,
        "attempts": 1 if direction == "out" else 0,
        "staff_id": None,
        "created_at": at,
        "done_at": at,
    }
