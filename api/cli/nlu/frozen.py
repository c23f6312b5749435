"""The frozen sets: labelled messages that no model is trained on, and what each kept model makes of them."""

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from api.cli.nlu.judge import judge
from api.cli.nlu.lines import Line, read_lines
from api.cli.nlu.model_store import ModelStore
from api.cli.nlu.paired import Outcome, outcome
from api.core.settings import ROOT, get_settings

OURS = ("messages.jsonl", "strangers.jsonl", "procedures.jsonl")


def frozen_files() -> list[Path]:
    """Our own sets where they are installed, and those that the operator names."""
    named = [Path(part.strip()).expanduser() for part in get_settings().frozen_sets.split(",") if part.strip()]
    ours = [ROOT / "tests" / "nlu" / name for name in OURS]
    return [path for path in ours if path.exists()] + [path if path.is_absolute() else ROOT / path for path in named]


def frozen_lines() -> list[Line]:
    """Every usable line. Raises OSError for a file that the operator named and that cannot be read."""
    lines: list[Line] = []
    for path in frozen_files():
        lines += read_lines(path, complain=lambda text, path=path: print(f"{path.name}: {text}", file=sys.stderr))  # type: ignore[misc]
    return lines


def judged(file: Path, lines: Sequence[Line]) -> list[Outcome]:
    """What the model in `file` makes of `lines`. Raises `Trouble` if it cannot be loaded."""
    return [outcome(line, found) for line, found in zip(lines, judge(lines, file), strict=True)]


def judged_once(store: ModelStore, file: Path, lines: Sequence[Line]) -> list[Outcome]:
    """The same, remembered beside a kept model: one that today's components can no longer load still has its word."""
    record = store.of_file(file)
    if record is None:
        return judged(file, lines)
    memory, key = file.with_name(f"{record.id}.judged.json"), _key(lines)
    kept = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
    if kept.get("lines") == key:
        return [Outcome(**row) for row in kept["outcomes"]]
    found = judged(file, lines)
    memory.write_text(json.dumps({"lines": key, "outcomes": [asdict(o) for o in found]}, ensure_ascii=False), encoding="utf-8")
    return found


def _key(lines: Sequence[Line]) -> str:
    return hashlib.sha256(json.dumps([line.raw for line in lines], sort_keys=True).encode()).hexdigest()
