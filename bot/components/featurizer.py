"""Turns a message into one sparse row (see ngrams.py), once, for all the heads behind it."""

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import storage
from bot.components.keys import FEATURES, GROUP, NORMAL, TEXT_TOKENS, learnable
from bot.components.ngrams import Block, Features, Forms, Vocabulary

_SEPARATOR = "\x1f"  # stands in no message: control characters become blanks


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(GraphComponent):
    """Config: `blocks` (see ngrams.Block), `least`: an n-gram of fewer original messages is forgotten."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, features: Features) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._features = features

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"least": 2, "blocks": [{"form": "folded", "unit": "char", "n": [2, 5]}]}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "NgramFeaturizer":
        return cls(config, model_storage, resource, Features([]))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "NgramFeaturizer":
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            words = [part.split(_SEPARATOR) for part in storage.read_json(folder, "grams")]
            idf = storage.read_array(folder, "idf")
        found: list[Vocabulary] = []
        first = 0
        for block, grams in zip(component._blocks(), words, strict=True):
            found.append(Vocabulary(block, grams, idf[first : first + len(grams)], first))
            first += len(grams)
        component._features = Features(found)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        messages = learnable(training_data)
        texts = [_forms(m) for m in messages]
        groups = [m.get(GROUP, i) for i, m in enumerate(messages)]
        self._features = Features.learn(self._blocks(), texts, groups, self._config["least"])
        with self._storage.write_to(self._resource) as folder:
            storage.write_json(folder, "grams", [_SEPARATOR.join(v.grams) for v in self._features.vocabularies])
            storage.write_array(folder, "idf", np.concatenate([v.idf for v in self._features.vocabularies]))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(FEATURES, self._features.row(_forms(message)))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(learnable(training_data))
        return training_data

    def _blocks(self) -> list[Block]:
        return [Block.parse(block) for block in self._config["blocks"]]


def _forms(message: Message) -> Forms:
    return Forms.of((token.text, token.get(NORMAL, token.text.lower())) for token in message.get(TEXT_TOKENS, ()))
