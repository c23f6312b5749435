"""What a platform tells: parsed, and each event written down once. Used by webhooks and by polling alike."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.channels import accounts
from api.channels.contract import Event, IncomingMessage, Malformed, Reachable, Receipt
from api.channels.registry import platform
from api.conversations import receipts
from api.conversations.intake import find_conversation, receive
from api.core.errors import DomainError


def read(channel: str, account: str, payload: object) -> list[Event] | None:
    """The events of one payload, None if it cannot be read."""
    try:
        clean = storable(payload)
        return platform(channel).parse(account, clean) if isinstance(clean, dict) else None
    except (Malformed, RecursionError):
        return None


def take(session: Session, channel: str, account: str, payload: object, now: datetime) -> None:
    """Write down what one payload says. What cannot be read is kept as it came; nothing here is answered with an error."""
    accounts.saw_event(session, channel, account, now)
    events = read(channel, account, payload)
    if events is None:
        accounts.keep_event(session, channel, account, "malformed", _words(payload), now)
        return
    if not events:
        accounts.keep_event(session, channel, account, "ignored", _words(payload), now)
    for event in events:
        _write(session, event, now)


def _write(session: Session, event: Event, now: datetime) -> None:
    if isinstance(event, Receipt):
        receipts.take(session, event, now)
    elif isinstance(event, Reachable):
        conversation = find_conversation(session, event.channel, event.account, event.chat_id)
        if conversation is not None:
            conversation.unreachable_at = None if event.reachable else conversation.unreachable_at or now
    else:
        _message(session, event, now)


def _message(session: Session, event: IncomingMessage, now: datetime) -> None:
    try:
        with session.begin_nested():
            receive(session, event, now)
    except DomainError as refused:
        accounts.keep_event(session, event.channel, event.account, "refused", f"{refused.code}: {_words(event.raw)}", now)


def storable(value: object) -> Any:
    """JSON as PostgreSQL can keep it: without NUL characters and lone surrogates."""
    if isinstance(value, str):
        plain = value.isascii() and "\x00" not in value
        return value if plain else value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value


def _words(payload: object) -> str:
    return payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False, default=str)
