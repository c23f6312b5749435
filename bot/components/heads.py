"""Linear classification heads on the row of NgramFeaturizer: one for the intent, any number for labels in the metadata."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import linear
from bot.components.keys import COPY, FEATURES, INTENT, SIMILARITIES, TEXT, intent_metadata, learnable, own_words
from bot.components.linear import Linear, Recipe
from bot.components.neighbours import Labelled, persuaded
from bot.components.ngrams import Row
from bot.components.trained import Trained

Ranking = list[dict[str, Any]]


class _Head(Trained):
    """What both kinds share. Subclasses say which label a training message has, and where the answer goes."""

    def _prepare(self) -> None:
        self._model: Linear | None = None
        self._neighbours: Labelled | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"cost": 0.3, "folds": 2, "seed": 0, "balance": 0.5, "weights": {}, "neighbours": 0.0, "ranking_length": 10}

    def _read(self, folder: Path) -> None:
        if (folder / "labels.json").exists():
            self._model = Linear.load(folder)
            self._neighbours = Labelled.load(folder, len(self._model.labels))

    def _learn(self, training_data: TrainingData, label_of: Callable[[Message], str | None]) -> Resource:
        """Trains on the messages that have a label. Without any, the head stays silent."""
        messages = [m for m in learnable(training_data) if label_of(m) and m.get(FEATURES) is not None]
        with self._storage.write_to(self._resource) as folder:
            if messages:
                rows: list[Row] = [m.get(FEATURES) for m in messages]
                copies = [bool(m.get(COPY)) for m in messages]
                recipe = Recipe(*(self._config[name] for name in ("cost", "folds", "seed", "balance")))
                self._model = linear.train(rows, [str(label_of(m)) for m in messages], copies, recipe)
                self._model.save(folder)
                if self._config["neighbours"]:
                    named = [str(label_of(m) or "") for m in own_words(learnable(training_data))]
                    self._neighbours = Labelled.of(named, self._model.labels)
                    self._neighbours.save(folder)
        return self._resource

    def _ranking(self, message: Message) -> Ranking:
        """Labels by falling confidence; empty for a head without training data or a message without text."""
        row = message.get(FEATURES)
        if self._model is None or row is None or not message.get(TEXT):
            return []
        p = self._model.probabilities(row)
        if self._neighbours is not None:
            p = persuaded(p, self._neighbours.alike(message.get(SIMILARITIES)), self._config["neighbours"])
        p = linear.reweigh(p, self._model.labels, self._config["weights"])
        order = p.argsort(kind="stable")[::-1][: self._config["ranking_length"]]
        return [{"name": self._model.labels[i], "confidence": round(float(p[i]), 6)} for i in order]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentHead(_Head, IntentClassifier):
    """Sets Rasa's `intent` and `intent_ranking`. Config: `cost`, `folds`, `seed`, `balance` (see linear.Recipe),
    `weights` {label: factor}, `neighbours`, the say (0 to 1) of the training messages that are most alike."""

    def train(self, training_data: TrainingData) -> Resource:
        return self._learn(training_data, lambda m: m.get(INTENT))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = self._ranking(message)
            message.set(INTENT, ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MetadataHead(_Head):
    """Learns `metadata: {KEY: VALUE}` of the intents that carry it; sets `KEY` and `KEY_ranking` for every message.

    Config: `key`, else as IntentHead.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**_Head.get_default_config(), "key": "topic"}

    def train(self, training_data: TrainingData) -> Resource:
        key = self._config["key"]
        return self._learn(training_data, lambda m: intent_metadata(m).get(key))

    def process(self, messages: list[Message]) -> list[Message]:
        key = self._config["key"]
        for message in messages:
            ranking = self._ranking(message)
            message.set(key, ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set(f"{key}_ranking", ranking, add_to_output=True)
        return messages
