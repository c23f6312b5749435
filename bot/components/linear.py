"""A linear classifier over sparse rows with calibrated probabilities.

Trained as one-against-the-rest support vector machines (scikit-learn's LinearSVC). Its scores become probabilities by a softmax
with one scale and one shift per label, fitted on scores of messages that a machine had not seen (cross-validation without
the noisy copies: a third of the work). Kept as plain arrays: scikit-learn is not needed to predict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from bot.components import storage
from bot.components.ngrams import Row
from bot.components.parallel import in_processes

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Recipe:
    """How a head is trained: `cost` is LinearSVC's C, `folds` those of the calibration, `seed` that of both.

    `balance` from 0 (every example weighs the same) to 1 (every label does): how much rare labels are helped.
    """

    cost: float
    folds: int
    seed: int
    balance: float = 0.0


@dataclass
class Linear:
    """weights: features x labels, loaded in half precision as they are kept; shift: labels; scale: one number."""

    labels: list[str]
    weights: NDArray[np.floating]
    bias: Floats
    scale: float
    shift: Floats

    def probabilities(self, row: Row) -> Floats:
        """One probability per label, in the order of `labels`. Features that no training message here had count for nothing."""
        if len(self.labels) == 1:
            return np.ones(1, np.float32)
        known = int(row.indices.searchsorted(len(self.weights)))
        scores = row.values[:known] @ self.weights.take(row.indices[:known], axis=0).astype(np.float32) + self.bias
        return _softmax(scores * self.scale + self.shift)

    def save(self, folder: Path) -> None:
        storage.write_json(folder, "labels", {"labels": self.labels, "scale": self.scale})
        storage.write_array(folder, "weights", self.weights.astype(np.float16))
        storage.write_array(folder, "biases", np.stack([self.bias, self.shift]))

    @classmethod
    def load(cls, folder: Path) -> "Linear":
        kept = storage.read_json(folder, "labels")
        bias, shift = storage.read_array(folder, "biases")
        return cls(kept["labels"], storage.read_array(folder, "weights"), bias, kept["scale"], shift)


def train(rows: Sequence[Row], labels: Sequence[str], copies: Sequence[bool], recipe: Recipe) -> Linear:
    """A calibrated classifier of the features up to the last that a row has. With a single label it always answers that label.

    `copies` says which rows are noisy copies of others; they are learnt from, but not used to calibrate.
    """
    names = sorted(set(labels))
    size = 1 + max((int(row.indices[-1]) for row in rows if len(row.indices)), default=0)
    matrix = stack(rows, size)
    y = np.array([names.index(label) for label in labels])
    if len(names) == 1:
        return Linear(names, np.zeros((size, 1), np.float32), np.zeros(1, np.float32), 1.0, np.zeros(1, np.float32))
    own = np.where(~np.asarray(copies))[0]
    fold = _folds(len(own), recipe)
    # without its copies a message counts as often as with them
    alone = replace(recipe, cost=recipe.cost * len(y) / len(own))
    jobs = [(matrix[part], y[part], len(names), alone) for part in _without_each(own, fold, recipe.folds)]
    (weights, bias), *held_out = in_processes(_machine, [(matrix, y, len(names), recipe), *jobs])
    scores = np.zeros((len(own), len(names)), np.float32)
    for k, (w, b) in enumerate(held_out):
        scores[fold == k] = matrix[own[fold == k]] @ w + b
    scale, shift = _calibrate(scores, y[own]) if held_out else (1.0, np.zeros(len(names), np.float32))
    return Linear(names, weights, bias, scale, shift)


def stack(rows: Sequence[Row], size: int) -> csr_matrix:
    """Rows as one matrix of shape (rows, size)."""
    ends = np.cumsum([0, *(len(row.indices) for row in rows)])
    values = np.concatenate([row.values for row in rows]) if rows else np.empty(0, np.float32)
    indices = np.concatenate([row.indices for row in rows]) if rows else np.empty(0, np.int32)
    return csr_matrix((values, indices, ends), shape=(len(rows), size))


def reweigh(probabilities: Floats, labels: Sequence[str], weight_of: Mapping[str, float]) -> Floats:
    """Probabilities as if the labels were `weight_of` times as frequent: errors on some labels cost more than on others."""
    weighted = probabilities * np.array([weight_of.get(label, 1.0) for label in labels], np.float32)
    scaled: Floats = weighted / weighted.sum()
    return scaled


def _machine(matrix: csr_matrix, y: NDArray[np.int64], count: int, recipe: Recipe) -> tuple[Floats, Floats]:
    """Weights (features x labels) and biases; a label without an example in this part gets a hopeless score."""
    from sklearn.svm import LinearSVC  # here: a bot that only answers need not import it

    weights = np.zeros((matrix.shape[1], count), np.float32)
    bias = np.full(count, -1.0, np.float32)
    present = np.unique(y)
    if len(present) == 1:
        bias[present] = 1.0
        return weights, bias
    weight_of = dict(zip(present, (np.bincount(y)[present] / (len(y) / len(present))) ** -recipe.balance, strict=True))
    machine = LinearSVC(C=recipe.cost, random_state=recipe.seed, tol=0.1, class_weight=weight_of).fit(matrix, y)
    if len(present) == 2:  # scikit-learn gives one row of weights, those of the second label
        weights[:, present] = np.concatenate([-machine.coef_, machine.coef_]).T
        bias[present] = np.concatenate([-machine.intercept_, machine.intercept_])
    else:
        weights[:, present] = machine.coef_.T
        bias[present] = machine.intercept_
    return weights, bias


def _folds(count: int, recipe: Recipe) -> NDArray[np.int64]:
    folds: NDArray[np.int64] = np.random.default_rng(recipe.seed).permutation(count) % recipe.folds
    return folds


def _without_each(own: NDArray[np.int64], fold: NDArray[np.int64], folds: int) -> list[NDArray[np.int64]]:
    """For each fold the others; nothing where there are too few examples to hold any back."""
    return [own[fold != k] for k in range(folds)] if len(own) >= 2 * folds else []


def _calibrate(scores: Floats, y: NDArray[np.int64]) -> tuple[float, Floats]:
    """Scale and shifts with the least cross-entropy; a light pull keeps the shifts of rare labels near 0."""
    count = scores.shape[1]
    onehot = np.eye(count, dtype=np.float64)[y]
    wide = scores.astype(np.float64)

    def loss(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scale, shift = np.exp(x[0]), x[1:]
        p = _softmax(wide * scale + shift)
        gap = (p - onehot) / len(y)
        value = -np.log(np.maximum(p[np.arange(len(y)), y], 1e-12)).mean() + 1e-3 * (shift**2).sum() / count
        return float(value), np.concatenate([[(gap * wide).sum() * scale], gap.sum(0) + 2e-3 * shift / count])

    best = minimize(loss, np.concatenate([[np.log(3.0)], np.zeros(count)]), jac=True, method="L-BFGS-B").x
    return float(np.exp(best[0])), best[1:].astype(np.float32)


def _softmax(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    result: NDArray[np.floating] = powers / powers.sum(-1, keepdims=True)
    return result
