"""Keeps citizens' words out of Rasa's log: of a failure only its kind and its place are written.

Rasa logs a failed turn with the message, every local variable and the database's parameters; its own anonymiser knows only
some of these fields.
"""

import json
import logging
import traceback
from types import TracebackType
from typing import Any

DEEPEST = 4  # frames of a failure, nearest first


def install() -> None:
    """For every log record of this process from now on, whoever makes it and whatever handler writes it."""
    make = logging.getLogRecordFactory()

    def bare(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg, record.args = reduced(record.getMessage()), ()
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            record.msg += f" ({kind.__name__}{places(trace)})"
        record.exc_info = record.exc_text = record.stack_info = None
        return record

    logging.setLogRecordFactory(bare)


def reduced(message: str) -> str:
    """A structured message (JSON, as structlog writes it) as its event and kinds of failure; any other is returned as it is."""
    try:
        fields = json.loads(message)
    except ValueError:
        return message
    if not isinstance(fields, dict):
        return "?"
    failures = [_failure(item) for item in fields.get("exception") or [] if isinstance(item, dict)]
    return " ".join([str(fields.get("event", "?")), *failures])


def _failure(item: dict[str, Any]) -> str:
    frames = [f"{frame.get('filename')}:{frame.get('lineno')}" for frame in reversed(item.get("frames") or [])]
    return f"({item.get('exc_type')}{_at(frames)})"


def places(trace: TracebackType | None) -> str:
    """Where a failure came from, nearest first."""
    return _at([f"{frame.filename}:{frame.lineno}" for frame in reversed(traceback.extract_tb(trace))])


def _at(frames: list[str]) -> str:
    return " at " + " < ".join(frames[:DEEPEST]) if frames else ""
