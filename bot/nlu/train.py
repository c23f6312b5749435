"""Trains the model, if its sources changed. Progress goes to standard error, one line a step."""

import fcntl
import gc
import logging
import os
import shutil
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from bot.nlu import fingerprint

MODEL = "langnghe.tar.gz"
MARK = "fingerprint.json"
# made by --candidate: beside the model in use, for the platform to judge (api/cli/nlu/train.py)
CANDIDATE = "candidate.tar.gz"
CANDIDATE_MARK = "candidate.json"
LOCK = "training.lock"
UNFINISHED = "unfinished-"
_SIDE_BY_SIDE = 4  # components; most of the time they wait for their processes


class _Progress(logging.Handler):
    """Rasa's own words about its steps, in ours. Its log lines carry component names only, never texts."""

    def __init__(self, start: float) -> None:
        super().__init__(logging.INFO)
        self._start = start

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message.startswith("Starting to train component"):
            _say(f"learning: {message.split(chr(39))[1]}", self._start)


def run(root: Path, nlu_only: bool, force: bool, candidate: bool = False) -> int:
    """Exit code 0 if a model is there at the end, made or still fresh; 1 with one sentence if training failed.

    A `candidate` is always made, and leaves the model in use alone.
    """
    start = time.perf_counter()
    models = root / "bot" / "models"
    models.mkdir(exist_ok=True)
    with (models / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second training waits, and then finds the first one's model
        for left in models.glob(f"{UNFINISHED}*"):  # by a training that was killed: the lock says that none runs now
            shutil.rmtree(left)
        if candidate:
            return _make(root, models / CANDIDATE, models / CANDIDATE_MARK, nlu_only, start)
        if not force and fingerprint.fresh(models / MARK, models / MODEL, root, nlu_only):
            _say("nothing changed, the model is up to date", start)
            return 0
        return _make(root, models / MODEL, models / MARK, nlu_only, start)


def _make(root: Path, model: Path, mark: Path, nlu_only: bool, start: float) -> int:
    sources = fingerprint.of_sources(root)
    mark.unlink(missing_ok=True)
    try:
        # a running bot, or one that starts now, never sees half a model
        with TemporaryDirectory(dir=model.parent, prefix=UNFINISHED) as new:
            make_in(root, Path(new), nlu_only, start)
            (Path(new) / MODEL).replace(model)
    except (Exception, SystemExit) as error:  # Rasa leaves by sys.exit on bad data
        _say(f"training failed: {type(error).__name__}: {error}", start)
        return 1
    fingerprint.write(mark, sources, nlu_only)
    _say(f"model ready: {model} ({model.stat().st_size / 1e6:.0f} MB)", start)
    return 0


def make_in(root: Path, models: Path, nlu_only: bool, start: float) -> None:
    """The model of the sources below `root` as the file MODEL in the folder `models`."""
    _say("loading Rasa", start)
    from rasa import model_training
    from rasa.engine.training import hooks

    from bot.nlu import lean

    lean.install()
    hooks.logger.setLevel(logging.INFO)
    hooks.logger.addHandler(_Progress(start))
    hooks.logger.propagate = False
    _side_by_side()
    gc.disable()  # it would go through all messages again and again, and frees nothing that matters before the end
    os.chdir(root)  # Rasa writes its working files below the current folder
    _say("reading the data", start)
    config = str(_config(root, models / "config.yml", dialogue=not nlu_only))
    domain, dialogue = root / "bot" / "domain", root / "bot" / "dialogue"
    parts = [] if nlu_only else [str(dialogue)]
    result = model_training.train(str(domain), config, parts, str(models), force_training=True, fixed_model_name=MODEL)
    if result.code != 0 or result.model is None:
        raise RuntimeError("Rasa refused the domain or the data; its own words stand above")


def _config(root: Path, target: Path, dialogue: bool) -> Path:
    """config.yml with our reader of the training data, and without policies if there is no dialogue to learn."""
    config = yaml.safe_load((root / "config.yml").read_text(encoding="utf-8"))
    config["importers"] = [{"name": "bot.nlu.importer.FolderImporter", "folder": str(root / "nlu_data")}]
    target.write_text(yaml.safe_dump(config if dialogue else {**config, "policies": []}), encoding="utf-8")
    return target


def _side_by_side() -> None:
    """Lets Rasa train components that do not need each other at the same time: its graph runner takes whatever is `dask.get`.

    Ours do their heavy work in processes (bot/components/parallel.py), so a thread that waits for one holds up nobody.
    """
    import dask
    from dask import threaded

    dask.get = partial(threaded.get, num_workers=_SIDE_BY_SIDE)


def _say(words: str, start: float) -> None:
    print(f"[{time.perf_counter() - start:5.1f} s] {words}", file=sys.stderr, flush=True)
