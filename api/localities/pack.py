"""The locality pack: everything that differs between one city and the next, as data."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from api.core.settings import get_settings

FOLDER = Path(__file__).parent
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads the places ten times faster


def read(name: str, pack_name: str | None = None) -> Any:
    """One YAML file of the pack ("routes.yml"). Raises FileNotFoundError with its path if the pack lacks it."""
    text = (FOLDER / (pack_name or get_settings().locality) / name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - both are safe loaders


@lru_cache(maxsize=4)
def pack(pack_name: str | None = None) -> dict[str, Any]:
    """The pack's own settings, pack.yml."""
    loaded: dict[str, Any] = read("pack.yml", pack_name)
    return loaded
