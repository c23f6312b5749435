"""A conditional random field for entities, kept in crfsuite's own file.

Rasa's CRFEntityExtractor keeps its training sentences in the model and trains again at each load; this one loads in
milliseconds and keeps no sentence.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pycrfsuite
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import storage
from bot.components.crf_features import features
from bot.components.gazetteer import Gazetteer
from bot.components.keys import COPY, ENTITIES, TEXT, TEXT_TOKENS, learnable, lookup
from bot.components.parallel import in_child
from bot.components.spans import Span, joined, spans_of, tags_of, trimmed
from bot.components.text.segment import warm_up
from bot.components.trained import Trained

_FILE = "entities.crfsuite"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class CrfEntities(Trained):
    """Config: `lookups`, names of the lookup tables used as features; `join` {label: signs that may part one entity};
    `algorithm` and `options` of crfsuite's trainer. `empty` is the share of the messages without
    entities, and none of their noisy copies, that it learns from: more of them make it timid and slow."""

    def _prepare(self) -> None:
        self._gazetteer = Gazetteer({})
        self._tagger: pycrfsuite.Tagger | None = None
        self._model = b""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "lookups": [],
            "join": {},
            "empty": 0.25,
            # passive-aggressive, its weights averaged. Gradient descent (l2sgd) is as good where it happens to stop well, and
            # up to six points of F1 worse where it does not: the order of the sentences decides
            "algorithm": "pa",
            "options": {"max_iterations": 6, "feature.minfreq": 2, "feature.possible_transitions": True},
        }

    def _read(self, folder: Path) -> None:
        self._gazetteer = Gazetteer.from_json(storage.read_json(folder, "gazetteer"))
        if storage.has_bytes(folder, _FILE):
            self._tagger = pycrfsuite.Tagger()
            # crfsuite reads these bytes where they are and keeps no reference: without ours it reads freed memory
            self._model = storage.read_bytes(folder, _FILE)
            self._tagger.open_inmemory(self._model)
            warm_up()

    def train(self, training_data: TrainingData) -> Resource:
        self._gazetteer = Gazetteer({name: lookup(training_data, name) for name in self._config["lookups"]})
        messages = self._sample([m for m in learnable(training_data) if m.get(TEXT_TOKENS)])
        with self._storage.write_to(self._resource) as folder:
            storage.write_json(folder, "gazetteer", self._gazetteer.to_json())
            if any(m.get(ENTITIES) for m in messages):
                in_child(self._fit, messages, str(folder / _FILE))
                storage.compress(folder, _FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            found = self._find(message) if self._tagger is not None else []
            message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages

    def _sample(self, messages: list[Message]) -> list[Message]:
        """All messages with entities and, evenly spread, the share `empty` of the others."""
        others = [m for m in messages if not m.get(ENTITIES) and not m.get(COPY)]
        share = self._config["empty"]
        kept = [m for i, m in enumerate(others) if int((i + 1) * share) > int(i * share)]
        return [*(m for m in messages if m.get(ENTITIES)), *kept]

    def _fit(self, messages: Iterable[Message], path: str) -> None:
        trainer = pycrfsuite.Trainer(verbose=False, algorithm=self._config["algorithm"])
        trainer.set_params(self._config["options"])
        for message in messages:
            tokens = message.get(TEXT_TOKENS)
            trainer.append(features(tokens, self._gazetteer), tags_of(tokens, message.get(ENTITIES) or []))
        trainer.train(path)

    def _find(self, message: Message) -> list[dict[str, Any]]:
        tokens = message.get(TEXT_TOKENS)
        if not tokens:
            return []
        assert self._tagger is not None
        tags = self._tagger.tag(features(tokens, self._gazetteer))
        sure = [self._tagger.marginal(tag, i) if tag != "O" else 1.0 for i, tag in enumerate(tags)]
        spans = trimmed(joined(trimmed(spans_of(tags, sure), tokens), tokens, self._config["join"]), tokens)
        return [_entity(span, tokens, message.get(TEXT)) for span in spans]


def _entity(span: Span, tokens: list[Token], text: str) -> dict[str, Any]:
    start, end = tokens[span.first].start, tokens[span.last].end
    return {
        "entity": span.label,
        "start": start,
        "end": end,
        "confidence_entity": round(span.confidence, 4),
        "value": text[start:end],
        "extractor": "CrfEntities",
    }
