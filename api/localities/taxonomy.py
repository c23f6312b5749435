"""The labels of taxonomy.yml: code → what people read. Codes never change."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@lru_cache(maxsize=1)
def _document() -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load((Path(__file__).parent / "taxonomy.yml").read_text())
    return loaded


def _labels(part: str) -> dict[str, str]:
    return {entry["code"]: entry["vi"] for entry in _document()[part]}


def message_types() -> dict[str, str]:
    return _labels("message_types")


def categories() -> dict[str, str]:
    return _labels("categories")


def signals() -> dict[str, str]:
    """Marks of urgency, the weightiest first."""
    return _labels("signals")


def sure_from() -> dict[str, float]:
    """Mark of urgency → the probability from which it is shown."""
    return {entry["code"]: float(entry["sure"]) for entry in _document()["signals"]}


def procedures() -> dict[str, str]:
    return _labels("procedures")
