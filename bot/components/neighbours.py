"""The training messages that are most like a message, and what their labels say: a memory beside the linear machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from bot.components import storage
from bot.components.keys import SIMILARITIES, learnable, own_words
from bot.components.linear import stack
from bot.components.ngrams import Row
from bot.components.trained import Trained

Floats = NDArray[np.float32]
_KEPT = "neighbours"
NEAR = (0.7, 0.5, 0.35, 0.2, 0.0)  # of the best similarity: where enough are as near, the others need not be sorted
# chosen by cross-validation, see docs/nlu.md
NEAREST = 30  # training messages that are asked
SHARPNESS = 20.0  # one that is more similar by 0.1 counts e^2 times as much
FLOOR = 1e-3  # nobody's label is impossible


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class Neighbours(Trained):
    """Sets SIMILARITIES: the cosine of a message and each training message, over the features of one named block.

    Copies are no training messages here: they say the same as their originals. Config: `block`, its name.
    """

    def _prepare(self) -> None:
        self._learnt = csr_matrix((0, 0), dtype=np.float32)  # features x training messages

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"block": ""}

    def _read(self, folder: Path) -> None:
        values, messages, starts = (storage.read_array(folder, name) for name in ("values", "messages", "starts"))
        shape = (len(starts) - 1, storage.read_json(folder, "count"))
        self._learnt = csr_matrix((values.astype(np.float32), messages, starts), shape=shape)

    def train(self, training_data: TrainingData) -> Resource:
        rows: list[Row] = [m.get(self._config["block"]) for m in own_words(learnable(training_data))]
        size = 1 + max((int(row.indices[-1]) for row in rows if len(row.indices)), default=0)
        self._learnt = stack(rows, size).T.tocsr()
        with self._storage.write_to(self._resource) as folder:
            storage.write_json(folder, "count", len(rows))
            storage.write_array(folder, "values", self._learnt.data.astype(np.float16))
            storage.write_array(folder, "messages", self._learnt.indices.astype(np.int32))
            storage.write_array(folder, "starts", self._learnt.indptr.astype(np.int32))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(SIMILARITIES, self._similarities(message.get(self._config["block"])))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing: whatever is known of a training message, its nearest neighbour would be itself."""
        return training_data

    def _similarities(self, row: Row) -> Floats:
        """The product of row and matrix. scipy's own copies the rows into a matrix before it multiplies."""
        learnt = self._learnt
        features, messages = learnt.shape
        known = row.indices[: row.indices.searchsorted(features)]
        cuts = [slice(*ends) for ends in zip(learnt.indptr[known].tolist(), learnt.indptr[known + 1].tolist(), strict=True)]
        if not cuts:
            return np.zeros(messages, np.float32)
        having = np.concatenate([learnt.indices[cut] for cut in cuts])
        products = np.concatenate([learnt.data[cut] * value for cut, value in zip(cuts, row.values, strict=False)])
        return np.bincount(having, products, messages).astype(np.float32)


@dataclass(frozen=True)
class Labelled:
    """Which of the training messages bear a label, by their numbers among SIMILARITIES, and which of `count` labels it is."""

    messages: NDArray[np.int32]
    labels: NDArray[np.int16]
    count: int

    @classmethod
    def of(cls, labels: Sequence[str], names: Sequence[str]) -> "Labelled":
        """From the label of every training message (whatever is none of `names` counts as none)."""
        number = {name: i for i, name in enumerate(names)}
        known = [(i, number[label]) for i, label in enumerate(labels) if label in number]
        return cls(np.array([i for i, _ in known], np.int32), np.array([n for _, n in known], np.int16), len(names))

    def save(self, folder: Path) -> None:
        storage.write_array(folder, _KEPT, np.stack([self.messages, self.labels.astype(np.int32)]))

    @classmethod
    def load(cls, folder: Path, count: int) -> "Labelled | None":
        if not storage.has_bytes(folder, f"{_KEPT}.npy"):
            return None
        messages, labels = storage.read_array(folder, _KEPT)
        return cls(messages, labels.astype(np.int16), count)

    def alike(self, similarities: Floats) -> Floats | None:
        """How much of what is nearest bears each label, as shares; None if nothing is like the message at all."""
        similar = similarities[self.messages]
        best = similar.max(initial=0.0)
        if best <= 0:
            return None
        for share in NEAR:
            near = np.flatnonzero(similar > best * share)
            if len(near) >= NEAREST:
                break
        if len(near) > NEAREST:
            near = near[similar[near].argpartition(-NEAREST)[-NEAREST:]]
        similar, labels = similar[near], self.labels[near]
        strengths = np.exp(SHARPNESS * (similar - best))
        shares: Floats = np.bincount(labels, strengths, minlength=self.count) / strengths.sum()
        return shares


def persuaded(probabilities: Floats, alike: Floats | None, share: float) -> Floats:
    """Probabilities after the neighbours had their say: the geometric mean in which their `share` is from 0 to 1."""
    if alike is None:
        return probabilities
    mixed = probabilities ** (1 - share) * (alike + FLOOR) ** share
    scaled: Floats = (mixed / mixed.sum()).astype(np.float32)
    return scaled
