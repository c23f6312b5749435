"""Entities that a regular expression describes: the `- regex: NAME` entries of the training data, each an entity NAME."""

import re
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import storage
from bot.components.keys import ENTITIES, TEXT
from bot.components.spans import without
from bot.components.text.alignment import clean
from bot.components.trained import Trained


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class PatternEntities(Trained):
    """Stands behind the learnt recogniser and overrules it. Config: `names`, the patterns to use (all if empty)."""

    def _prepare(self) -> None:
        self._patterns: list[tuple[str, re.Pattern[str]]] = []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"names": []}

    def _read(self, folder: Path) -> None:
        self._compile(storage.read_json(folder, "patterns"))

    def train(self, training_data: TrainingData) -> Resource:
        names = self._config["names"]
        kept = [[r["name"], r["pattern"]] for r in training_data.regex_features if not names or r["name"] in names]
        self._compile(kept)
        with self._storage.write_to(self._resource) as folder:
            storage.write_json(folder, "patterns", kept)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(ENTITIES, self._overruled(message), add_to_output=True)
        return messages

    def _compile(self, patterns: list[list[str]]) -> None:
        self._patterns = [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in patterns]

    def _overruled(self, message: Message) -> list[dict[str, Any]]:
        text = message.get(TEXT) or ""
        others: list[dict[str, Any]] = list(message.get(ENTITIES) or [])
        found = self._matches(text)
        for match in found:
            cut = ((o, without(o, match["start"], match["end"], text)) for o in others)
            # what is left of an entity of the same name is the rest of the same number, not another one
            others = [rest for o, rest in cut if rest is o or (rest and o["entity"] != match["entity"])]
        return sorted([*others, *found], key=lambda e: e["start"])

    def _matches(self, text: str) -> list[dict[str, Any]]:
        readable = clean(text)
        found: list[dict[str, Any]] = []
        for name, pattern in self._patterns:
            for match in pattern.finditer(readable.text):
                if not match.group():
                    continue
                start, end = readable.original(*match.span())
                if all(end <= e["start"] or e["end"] <= start for e in found):
                    found.append(_entity(name, start, end, text))
        return found


def _entity(name: str, start: int, end: int, text: str) -> dict[str, Any]:
    return {
        "entity": name,
        "start": start,
        "end": end,
        "confidence_entity": 1.0,
        "value": text[start:end],
        "extractor": "PatternEntities",
    }
