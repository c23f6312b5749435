"""Runs in the bot's environment: trains one model as asked and tells how long it took.

`python -m tests.bench.nlu_train OUT` trains ours as `langnghe train` does; `… OUT CONFIG [KEY]` trains understanding alone with
another pipeline on the same data, and with KEY a classifier of that key of the metadata: a model that knows only intents needs
one model for each thing to be told apart.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bot.nlu import environment, one_file, train

ROOT = Path(__file__).parents[2]


def main(out: Path, config: Path | None, key: str | None) -> None:
    environment.quiet()
    started = time.perf_counter()
    with TemporaryDirectory() as folder:
        made = ours(Path(folder), started) if config is None else other(Path(folder), config, key)
        made.replace(out)
    print(f"seconds {time.perf_counter() - started:.1f}")


def ours(folder: Path, started: float) -> Path:
    train.make_in(ROOT, folder, nlu_only=False, start=started)
    return folder / train.MODEL


def other(folder: Path, config: Path, key: str | None) -> Path:
    from rasa.model_training import train_nlu

    data = folder / "nlu.yml"
    one_file.write(ROOT / "nlu_data", data)
    if key:
        data.write_text(yaml.safe_dump(relabelled(yaml.safe_load(data.read_text(encoding="utf-8")), key), allow_unicode=True))
    made = train_nlu(str(config), str(data), str(folder), fixed_model_name="other")
    assert made is not None
    return Path(made)


def relabelled(document: dict[str, Any], key: str) -> dict[str, Any]:
    """Only the examples that bear `key` in their metadata, with its value for their intent."""
    blocks = [block for block in document["nlu"] if (block.get("metadata") or {}).get(key)]
    labelled = [{"intent": str(block["metadata"][key]), "examples": block["examples"]} for block in blocks]
    return {"version": "3.1", "nlu": labelled}


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(Path(arguments[0]), Path(arguments[1]) if arguments[1:] else None, arguments[2] if arguments[2:] else None)
