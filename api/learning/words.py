"""Thresholds and word lists of learning, and what an intent is called as a message type. Read once."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from api.core.settings import ROOT


@lru_cache(maxsize=1)
def settings() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "learning.yml").read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=1)
def types_of_intents() -> Mapping[str, str]:
    """Which message type an intent of the bot is: nlu_data/types.json; any other intent bears its type's own name."""
    path = ROOT / "nlu_data" / "types.json"
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["type_of_intent"]
    return {settings()["fallback_intent"]: "out_of_scope", **known}
