"""How the features are learnt: each training message is read once, and its row is made of what was counted then."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from bot.components.ngrams import Block, Features, Forms, Row, Vocabulary
from bot.components.parallel import in_chunks

Item = TypeVar("Item")


@dataclass(frozen=True)
class Counted:
    """The n-grams of one block in some items. `numbers` and `counts` of the items one after the other, `sizes` of each."""

    grams: list[str]
    families: NDArray[np.int32]  # in how many families each n-gram stands
    numbers: NDArray[np.int32]  # into `grams`
    counts: NDArray[np.float32]
    sizes: NDArray[np.int32]


def learn(
    blocks: Sequence[Block], items: Sequence[Item], forms_of: Callable[[Item], Forms], groups: Sequence[int], least: int
) -> tuple[Features, list[Row]]:
    """The features and each item's row. An n-gram is kept that `least` groups have: a message and its noisy copies are one.

    `forms_of` reads an item, on any core.
    """
    families: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        families.setdefault(group, []).append(place)
    members = list(families.values())
    parts = in_chunks(lambda part: _count(blocks, [[forms_of(items[i]) for i in family] for family in part]), members)
    vocabularies: list[Vocabulary] = []
    matrices: list[csr_matrix] = []
    first = 0
    for number, block in enumerate(blocks):
        counted = [part[number] for part in parts]
        vocabularies.append(_vocabulary(block, counted, len(members), least, first))
        matrices.append(_weighted(vocabularies[-1], counted))
        first += len(vocabularies[-1].grams)
    rows = dict(zip((i for family in members for i in family), _rows(matrices), strict=True))
    return Features(vocabularies), [rows[i] for i in range(len(items))]


def _count(blocks: Sequence[Block], families: Sequence[Sequence[Forms]]) -> list[Counted]:
    return [_count_block(block, families) for block in blocks]


def _count_block(block: Block, families: Sequence[Sequence[Forms]]) -> Counted:
    known: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    having: Counter[int] = Counter()
    found: list[Counter[int]] = []
    for family in families:
        read = [Counter(map(known.__getitem__, block.grams(forms))) for forms in family]
        having.update(set().union(*read))
        found.extend(read)
    sizes = np.array([len(counter) for counter in found], np.int32)
    total = int(sizes.sum())
    numbers = np.fromiter((number for counter in found for number in counter), np.int32, total)
    counts = np.fromiter((count for counter in found for count in counter.values()), np.float32, total)
    return Counted(list(known), np.array([having[i] for i in range(len(known))], np.int32), numbers, counts, sizes)


def _vocabulary(block: Block, counted: Sequence[Counted], total: int, least: int, first: int) -> Vocabulary:
    seen: Counter[str] = Counter()
    for part in counted:
        seen.update(dict(zip(part.grams, part.families.tolist(), strict=True)))
    return Vocabulary.of_counts(block, seen, total, least, first)


def _weighted(vocabulary: Vocabulary, counted: Sequence[Counted]) -> csr_matrix:
    """What `Vocabulary.row` makes of each item, for all items."""
    numbers = np.concatenate([vocabulary.numbers(part.grams)[part.numbers] for part in counted])
    counts = np.concatenate([part.counts for part in counted])
    sizes = np.concatenate([part.sizes for part in counted])
    kept = numbers >= 0
    sizes = np.bincount(np.repeat(np.arange(len(sizes)), sizes)[kept], minlength=len(sizes))
    starts = np.concatenate([[0], sizes.cumsum()])
    matrix = csr_matrix((counts[kept], numbers[kept], starts), shape=(len(sizes), len(vocabulary.grams)))
    matrix.sort_indices()
    values = (1 + np.log(matrix.data)) * vocabulary.idf[matrix.indices]
    squares = np.bincount(np.repeat(np.arange(len(sizes)), sizes), values**2, minlength=len(sizes))
    lengths = np.sqrt(np.maximum(squares, np.finfo(np.float32).tiny))
    matrix.data = values * np.repeat(vocabulary.block.weight / lengths, sizes).astype(np.float32)
    return matrix


def _rows(matrices: Sequence[csr_matrix]) -> list[Row]:
    """Each item's row in all blocks side by side."""
    if not matrices:
        return []
    whole = hstack(matrices, format="csr")
    ends = itertools.pairwise(whole.indptr.tolist())
    return [Row(whole.indices[start:end], whole.data[start:end]) for start, end in ends]
