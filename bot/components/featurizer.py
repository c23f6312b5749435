"""Turns a message into one sparse row (see ngrams.py), once, for all the heads behind it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import counted, storage
from bot.components.keys import FEATURES, GROUP, NORMAL, TEXT_TOKENS, learnable, lookup, own_words
from bot.components.ngrams import Block, Features, Forms, Row, Vocabulary
from bot.components.trained import Trained
from bot.components.word_groups import WordGroups

_SEPARATOR = "\x1f"  # stands in no message: control characters become blanks


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(Trained):
    """Sets FEATURES, and the features of a block with a name under that name.

    Config: `blocks` (see ngrams.Block); `least`: an n-gram of fewer original messages is forgotten; `groups`, the lookup
    table of word groups (see word_groups.py) for blocks of the form "groups"."""

    def _prepare(self) -> None:
        self._features = Features([])
        self._groups = WordGroups({})

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"least": 2, "groups": "", "blocks": [{"form": "folded", "unit": "char", "n": [2, 5]}]}

    def _read(self, folder: Path) -> None:
        words = [part.split(_SEPARATOR) for part in storage.read_json(folder, "grams")]
        idf = storage.read_array(folder, "idf")
        self._groups = WordGroups.from_json(storage.read_json(folder, "groups"))
        found: list[Vocabulary] = []
        first = 0
        for block, grams in zip(self._blocks(), words, strict=True):
            found.append(Vocabulary(block, grams, idf[first : first + len(grams)], first))
            first += len(grams)
        self._features = Features(found)

    def train(self, training_data: TrainingData) -> Resource:
        messages = learnable(training_data)
        words = (word for m in own_words(messages) for word in Forms.of(_normal(m)).normal)
        self._groups = WordGroups.read(lookup(training_data, self._config["groups"]), self._config["groups"], words)
        groups = [m.get(GROUP, i) for i, m in enumerate(messages)]
        self._features, rows = counted.learn(self._blocks(), messages, self._forms, groups, self._config["least"])
        for message, row in zip(messages, rows, strict=True):
            self._set(message, row)
        with self._storage.write_to(self._resource) as folder:
            storage.write_json(folder, "grams", [_SEPARATOR.join(v.grams) for v in self._features.vocabularies])
            storage.write_json(folder, "groups", self._groups.to_json())
            storage.write_array(folder, "idf", np.concatenate([v.idf for v in self._features.vocabularies]))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._set(message, self._features.row(self._forms(message)))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """As `process`, for what `train` has not given its row already."""
        self.process([m for m in learnable(training_data) if m.get(FEATURES) is None])
        return training_data

    def _set(self, message: Message, row: Row) -> None:
        message.set(FEATURES, row)
        for vocabulary in self._features.vocabularies:
            if vocabulary.block.name:
                end = vocabulary.first + len(vocabulary.grams)
                message.set(vocabulary.block.name, row.between(vocabulary.first, end))

    def _forms(self, message: Message) -> Forms:
        forms = Forms.of(_normal(message))
        forms.groups.extend(self._groups.find(forms.normal, forms.folded))
        return forms

    def _blocks(self) -> list[Block]:
        return [Block.parse(block) for block in self._config["blocks"]]


def _normal(message: Message) -> Iterator[tuple[str, str]]:
    """(surface, normal form) of each token."""
    return ((token.text, token.get(NORMAL, token.text.lower())) for token in message.get(TEXT_TOKENS, ()))
