"""The labels of taxonomy.yml: code → what people read. Codes never change."""

from functools import lru_cache
from pathlib import Path

import yaml


@lru_cache(maxsize=1)
def _document() -> dict[str, list[dict[str, str]]]:
    loaded: dict[str, list[dict[str, str]]] = yaml.safe_load((Path(__file__).parent / "taxonomy.yml").read_text())
    return loaded


def _labels(part: str) -> dict[str, str]:
    return {entry["code"]: entry["vi"] for entry in _document()[part]}


def message_types() -> dict[str, str]:
    return _labels("message_types")


def categories() -> dict[str, str]:
    return _labels("categories")


def procedures() -> dict[str, str]:
    return _labels("procedures")
