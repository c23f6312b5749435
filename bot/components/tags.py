"""A head with several labels a message: each tag of a metadata key is a question of its own, answered yes or no."""

from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import linear, storage
from bot.components.keys import COPY, FEATURES, TEXT, intent_metadata, learnable
from bot.components.linear import Linear, Recipe
from bot.components.ngrams import Row
from bot.components.trained import Trained

YES, NO = "yes", "no"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MetadataTags(Trained):
    """Learns `metadata: {KEY: "TAG TAG …"}`; sets `KEY` to every tag with its probability, the likeliest first.

    A message may bear several tags or, with an empty value, none; one without the key teaches nothing. The value is a list
    or words parted by blanks. One classifier against the rest for each tag, on the row of NgramFeaturizer; the probabilities
    are calibrated on messages held out, so that 0.5 means as likely as not. Config: `key`, `cost`, `folds`, `seed`.
    """

    def _prepare(self) -> None:
        self._models: dict[str, Linear] = {}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"key": "tags", "cost": 0.3, "folds": 3, "seed": 0}

    def _read(self, folder: Path) -> None:
        names = storage.read_json(folder, "tags")
        self._models = {tag: Linear.load(_place(folder, i)) for i, tag in enumerate(names)}

    def train(self, training_data: TrainingData) -> Resource:
        messages = [m for m in learnable(training_data) if self._tags(m) is not None and m.get(FEATURES) is not None]
        borne = [self._tags(m) or set() for m in messages]
        names = sorted(set().union(*borne))
        rows: list[Row] = [m.get(FEATURES) for m in messages]
        copies = [bool(m.get(COPY)) for m in messages]
        recipe = Recipe(self._config["cost"], self._config["folds"], self._config["seed"])
        with self._storage.write_to(self._resource) as folder:
            storage.write_json(folder, "tags", names)
            for i, tag in enumerate(names):
                model = linear.train(rows, [YES if tag in tags else NO for tags in borne], copies, recipe)
                _place(folder, i).mkdir()
                model.save(_place(folder, i))
                self._models[tag] = model
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            row = message.get(FEATURES)
            known = self._models.items() if row is not None and message.get(TEXT) else ()
            found = [{"name": tag, "confidence": round(_yes(model, row), 6)} for tag, model in known]
            found.sort(key=lambda one: -one["confidence"])
            message.set(self._config["key"], found, add_to_output=True)
        return messages

    def _tags(self, message: Message) -> set[str] | None:
        value = intent_metadata(message).get(self._config["key"])
        if value is None:
            return None
        return set(value.split() if isinstance(value, str) else map(str, value))


def _place(folder: Path, number: int) -> Path:
    """A tag's own folder: by number, as a tag may be written in ways that no file name may."""
    return folder / f"tag{number}"


def _yes(model: Linear, row: Row) -> float:
    return float(model.probabilities(row)[model.labels.index(YES)])
