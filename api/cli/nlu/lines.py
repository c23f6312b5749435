"""Labelled messages from a file: one JSON object a line, bad ones named and skipped."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.localities import taxonomy


@dataclass(frozen=True)
class Line:
    """One labelled message. `raw` is the object as it came."""

    text: str
    type: str
    category: str | None
    procedure: str | None
    location: str | None
    register: str
    raw: dict[str, Any]


class BadLine(ValueError):
    """Why a line cannot be used, in words."""


def read_lines(file: Path, complain: Callable[[str], object]) -> Iterator[Line]:
    """Every usable line. For each other one `complain` gets a sentence with its number. Raises OSError."""
    for number, data in enumerate(file.read_bytes().split(b"\n"), 1):
        if not data.strip():
            continue
        try:
            yield parse_line(data)
        except BadLine as bad:
            complain(f"Dòng {number}: {bad}; bỏ qua.")


def parse_line(data: bytes) -> Line:
    try:
        raw = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadLine("không phải UTF-8") from error
    except ValueError as error:
        raise BadLine("không phải JSON") from error
    if not isinstance(raw, dict):
        raise BadLine("không phải một đối tượng JSON")
    procedure = _label(raw, "procedure", taxonomy.procedures())
    return Line(
        text=_text(raw),
        # who names a procedure asks about it
        type=_label(raw, "type", taxonomy.message_types()) or ("question" if procedure else _missing("type")),
        category=_label(raw, "category", taxonomy.categories()),
        procedure=procedure,
        location=_words(raw, "location"),
        register=_words(raw, "register") or "?",
        raw=raw,
    )


def _text(raw: dict[str, Any]) -> str:
    text = _words(raw, "text") or _missing("text")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadLine("text có ký tự hỏng") from error
    return text


def _words(raw: dict[str, Any], key: str) -> str | None:
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        raise BadLine(f"{key} phải là chữ")
    return value if value and value.strip() else None


def _label(raw: dict[str, Any], key: str, known: dict[str, str]) -> str | None:
    value = _words(raw, key)
    if value is not None and value not in known:
        raise BadLine(f"{key} “{value}” không có trong taxonomy.yml")
    return value


def _missing(key: str) -> str:
    raise BadLine(f"thiếu {key}")
