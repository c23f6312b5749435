"""The console's words, read once."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))
    return loaded


def label(kind: str, code: str | None) -> str:
    """What people read for a code, the code itself where no word is known (a newer channel, say)."""
    return str(words()[kind].get(code, code or ""))


def signal_reason(code: str, sure: float) -> str:
    """Why a ticket bears a mark of urgency. `sure`: the bot's probability, 0 … 1."""
    return str(words()["signal_reason"].get(code, "")).format(sure=round(sure * 100))
