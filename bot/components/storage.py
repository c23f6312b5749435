"""What every trained component of ours does to keep itself in Rasa's model: one folder of JSON, arrays and bytes.

Arrays and bytes are compressed here: Rasa unpacks a model's archive twice to load it, and what no longer shrinks passes fast.
"""

import io
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

_LEVEL = 3
_ENDING = ".zst"
# the other two are of models kept since before: one may go back to them
_UNPACK: dict[str, Callable[[bytes], bytes]] = {_ENDING: zstandard.decompress, ".z": zlib.decompress, "": bytes}


def write_json(folder: Path, name: str, content: Any) -> None:
    (folder / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def read_json(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def write_array(folder: Path, name: str, array: NDArray[Any]) -> None:
    plain = io.BytesIO()
    np.save(plain, array, allow_pickle=False)
    _pack(folder, f"{name}.npy", plain.getvalue())


def read_array(folder: Path, name: str) -> NDArray[Any]:
    loaded: NDArray[Any] = np.load(io.BytesIO(read_bytes(folder, f"{name}.npy")), allow_pickle=False)
    return loaded


def compress(folder: Path, name: str) -> None:
    """A file that some library wrote into `folder`, from now on for `read_bytes`."""
    _pack(folder, name, (folder / name).read_bytes())
    (folder / name).unlink()


def has_bytes(folder: Path, name: str) -> bool:
    return any((folder / f"{name}{ending}").exists() for ending in _UNPACK)


def read_bytes(folder: Path, name: str) -> bytes:
    """Raises FileNotFoundError if there are none of that name."""
    for ending, unpack in _UNPACK.items():
        path = folder / f"{name}{ending}"
        if path.exists():
            return unpack(path.read_bytes())
    raise FileNotFoundError(folder / name)


def _pack(folder: Path, name: str, content: bytes) -> None:
    (folder / f"{name}{_ENDING}").write_bytes(zstandard.compress(content, _LEVEL))
