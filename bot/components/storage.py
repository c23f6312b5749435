"""What every trained component of ours does to keep itself in Rasa's model: one folder, plain files (JSON, npy, crfsuite)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_json(folder: Path, name: str, content: Any) -> None:
    (folder / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def read_json(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def write_array(folder: Path, name: str, array: NDArray[Any]) -> None:
    np.save(folder / f"{name}.npy", array, allow_pickle=False)


def read_array(folder: Path, name: str) -> NDArray[Any]:
    loaded: NDArray[Any] = np.load(folder / f"{name}.npy", allow_pickle=False)
    return loaded
