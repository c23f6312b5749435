"""Trains our model and stock Rasa's on the same data, and asks them the frozen sets."""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.cli.nlu.judge import parse_all
from api.cli.plan import BOT_PYTHON, FRUGAL
from api.core.settings import ROOT

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Said:
    """A model's parse of each text, in order."""

    parses: list[dict[str, Any]]
    load_seconds: float


@dataclass(frozen=True)
class Model:
    path: Path
    train_seconds: float

    def parse(self, texts: Sequence[str]) -> Said:
        parses, log = parse_all(texts, self.path)
        found = re.search(r"loaded in ([\d.]+) s", log)
        assert found, log
        return Said(parses, float(found.group(1)))


def ours(folder: Path) -> Model:
    """Trained as `langnghe train` does, with the dialogue."""
    return _train(folder / "ours.tar.gz")


def stock(folder: Path) -> Model:
    return _train(folder / "stock.tar.gz", HERE / "stock_rasa.yml")


def stock_of(key: str, folder: Path) -> Model:
    """A model whose intents are the values of `key` in the metadata."""
    return _train(folder / f"stock_{key}.tar.gz", HERE / "stock_labels.yml", key)


def _train(out: Path, *more: object) -> Model:
    environment = {**os.environ, **FRUGAL, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [str(BOT_PYTHON), "-m", "tests.bench.nlu_train", str(out), *map(str, more)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    found = re.search(r"^seconds ([\d.]+)$", done.stdout, re.MULTILINE)
    assert found, done.stdout
    return Model(out, float(found.group(1)))
