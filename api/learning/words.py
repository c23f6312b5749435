"""Thresholds and word lists of learning, read once from learning.yml."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@lru_cache(maxsize=1)
def settings() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "learning.yml").read_text(encoding="utf-8"))
    return loaded
