"""The sentences of words.yml."""

from functools import lru_cache
from pathlib import Path

import yaml


@lru_cache(maxsize=1)
def words() -> dict[str, str]:
    loaded: dict[str, str] = yaml.safe_load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))
    return loaded
