"""All training files of a folder as one."""

from pathlib import Path
from typing import Any

import yaml


def write(folder: Path, target: Path) -> None:
    """The `items` of a folder as one file at `target`, for Rasa's own reader."""
    merged = {"version": "3.1", "nlu": items(folder)}
    target.write_text(yaml.dump(merged, Dumper=_Blocks, allow_unicode=True, sort_keys=False, width=10_000), encoding="utf-8")


def items(folder: Path) -> list[dict[str, Any]]:
    """Every entry under `nlu:` of every `*.yml` below `folder`, in the order of the files' names.

    A file that is no YAML keeps its own name in the error.
    """
    return [item for path in paths(folder) for item in items_of(path)]


def paths(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.yml"))


class _Blocks(yaml.SafeDumper):
    """Many lines as a literal block, which Rasa's reader takes whole; quoted it would spell them letter by letter."""


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Blocks.add_representer(str, _block)


def items_of(path: Path) -> list[dict[str, Any]]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: {error}") from error
    return list(document.get("nlu") or [])
