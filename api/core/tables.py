"""Imports every module that declares tables or jobs, by name, so that core depends on no slice."""

import importlib
import pkgutil
from functools import lru_cache

import api


@lru_cache(maxsize=1)
def load_all() -> None:
    """Import `models` and `jobs` of every slice below `api`."""
    for slice_ in pkgutil.iter_modules(api.__path__):
        package = importlib.import_module(f"api.{slice_.name}") if slice_.ispkg else None
        for module in pkgutil.iter_modules(package.__path__ if package else []):
            if module.name in {"models", "jobs"} and slice_.name != "core":
                importlib.import_module(f"api.{slice_.name}.{module.name}")
