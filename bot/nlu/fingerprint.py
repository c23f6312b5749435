"""Whether a model is still what its sources would make."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

# also what only serves the model: changing it makes no other model
_LEFT_OUT = {".venv", "models", "__pycache__", "build", "serve.py", "quiet_log.py", "endpoints.yml", "credentials.yml"}
_SUFFIXES = {".yml", ".yaml", ".py", ".toml", ".lock"}


def of_sources(root: Path) -> str:
    """SHA-256 over names and contents of config.yml, nlu_data/ and bot/ (without models and environment)."""
    return _digest(root, _sources(root))


def of_code(root: Path) -> str:
    """The same over bot/ alone: the dialogue and the components, which belong to one version of the platform."""
    return _digest(root, _files(root, "bot"))


def _digest(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def fresh(mark: Path, model: Path, root: Path, nlu_only: bool) -> bool:
    """Whether `model` exists and `mark` says that it was made from the sources as they are (a whole model serves both)."""
    if not (model.exists() and mark.exists()):
        return False
    kept = json.loads(mark.read_text(encoding="utf-8"))
    return bool(kept["sources"] == of_sources(root) and (nlu_only or not kept["nlu_only"]))


def write(mark: Path, sources: str, nlu_only: bool) -> None:
    mark.write_text(json.dumps({"sources": sources, "nlu_only": nlu_only}), encoding="utf-8")


def _sources(root: Path) -> Iterator[Path]:
    yield root / "config.yml"
    yield from _files(root, "nlu_data")
    yield from _files(root, "bot")


def _files(root: Path, folder: str) -> Iterator[Path]:
    for place, folders, names in os.walk(root / folder):
        # not even entered: an environment has tens of thousands of files, and every start asks
        folders[:] = [name for name in folders if name not in _LEFT_OUT and not name.endswith(".egg-info")]
        for name in names:
            if name not in _LEFT_OUT and Path(name).suffix in _SUFFIXES:
                yield Path(place, name)
