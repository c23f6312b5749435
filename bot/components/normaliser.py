"""Gives each token its normal form (what the writer most likely meant) beside its surface, which stays untouched."""

from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import short_forms, storage
from bot.components.keys import NORMAL, TEXT_TOKENS, learnable, own_words
from bot.components.text.lexicon import Lexicon
from bot.components.trained import Trained


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class VietnameseNormaliser(Trained):
    """Config: `short_forms`, the name of the lookup table with short forms. Needs the tokenizer before it."""

    def _prepare(self) -> None:
        self._lexicon = Lexicon({}, {})

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"short_forms": ""}

    def _read(self, folder: Path) -> None:
        self._lexicon = Lexicon.from_json(storage.read_json(folder, "lexicon"))

    def train(self, training_data: TrainingData) -> Resource:
        texts = ([t.text for t in m.get(TEXT_TOKENS)] for m in own_words(learnable(training_data)))
        self._lexicon = Lexicon.learn(texts, short_forms.read(training_data, self._config["short_forms"]))
        with self._storage.write_to(self._resource) as folder:
            storage.write_json(folder, "lexicon", self._lexicon.to_json())
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            for token in message.get(TEXT_TOKENS, ()):
                token.set(NORMAL, self._lexicon.normal(token.text))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
