"""Adds noisy copies of the training messages, so that the model has seen what phones and hurry do to them.

Copies exist only while the model is trained; nothing of them is kept. At run time the component does nothing.
"""

import itertools
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any
from uuid import uuid4

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from api.core.text import fold
from bot.components import short_forms
from bot.components.keys import COPY, ENTITIES, GROUP, TEXT, learnable
from bot.components.parallel import in_chunks
from bot.components.text import noise

_OF = "of"
Entities = list[dict[str, Any]]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class TypingNoise(GraphComponent):
    """Config: `seed`; `short_forms`, the lookup table for `shorten`; `copies`, a list of {noise: share}, one copy for each;
    `of` in such a recipe is the share of the messages that get this copy."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"seed": 0, "short_forms": "", "copies": [{"strip_marks": 1.0}]}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "TypingNoise":
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The training data with copies; each original and its copies carry the same GROUP."""
        table = short_forms.inverse(short_forms.read(training_data, self._config["short_forms"]))
        messages = learnable(training_data)
        made = in_chunks(lambda part: [self._copies(m.get(TEXT), m.get(ENTITIES) or [], table) for m in part], messages)
        copies: list[Message] = []
        for group, (message, said) in enumerate(zip(messages, itertools.chain.from_iterable(made), strict=True)):
            message.set(GROUP, group)
            copies.extend(_Copy({**message.data, **data}) for data in said)
        return _Uncached(
            [*training_data.training_examples, *copies],
            training_data.entity_synonyms,
            training_data.regex_features,
            training_data.lookup_tables,
            training_data.responses,
        )

    def _copies(self, text: str, entities: Entities, table: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """What each copy of one message says instead of it."""
        # Seeded by the message itself: a new line in the data changes no other line's copies
        random = Random(f"{self._config['seed']} {text}")  # noqa: S311
        seen = {text}
        made = []
        for number, recipe in enumerate(self._config["copies"], start=1):
            if random.random() >= recipe.get(_OF, 1.0):
                continue
            said, moved = noisy(text, entities, recipe, random, table)
            if said not in seen and fold(said):
                seen.add(said)
                made.append({TEXT: said, COPY: number} | ({ENTITIES: moved} if moved else {}))
        return made


class _Uncached(TrainingData):
    """Rasa reads every message at each step of training to see whether it has done that step before; with copies it never
    has."""

    def fingerprint(self) -> str:
        return uuid4().hex


class _Copy(Message):
    """Told apart by its text and its original: Rasa would print each as JSON to find doubles."""

    def fingerprint(self) -> str:
        return f"{hash((self.get(TEXT), self.get(GROUP))) & 0xFFFFFFFFFFFFFFFF:x}"


def noisy(
    text: str, entities: Entities, recipe: Mapping[str, float], random: Random, table: Mapping[str, Sequence[str]]
) -> tuple[str, Entities]:
    """`text` with the noises of `recipe` in the order given, and the spans of its entities there."""
    cuts = [edge for entity in entities for edge in (entity["start"], entity["end"])]
    pieces, at = noise.split(text, cuts)
    for name, share in ((name, share) for name, share in recipe.items() if name != _OF):
        if name == "shorten":
            noise.shorten(pieces, share, random, table)
        else:
            getattr(noise, name)(pieces, share, random)
    said = pieces.text
    return said, [_moved(entity, pieces, said, at) for entity in entities]


def _moved(entity: dict[str, Any], pieces: noise.Pieces, said: str, at: Mapping[int, int]) -> dict[str, Any]:
    start, end = pieces.offset(at[entity["start"]]), pieces.offset(at[entity["end"]])
    return {**entity, "start": start, "end": end, "value": said[start:end]}
