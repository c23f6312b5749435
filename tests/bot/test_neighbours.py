"""What the most similar training messages say, and how much it counts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.featurizer import NgramFeaturizer
from bot.components.heads import MetadataHead
from bot.components.keys import COPY, SIMILARITIES
from bot.components.neighbours import NEAREST, Labelled, Neighbours, persuaded
from bot.components.tokenizer import VietnameseTokenizer

BLOCKS = [{"form": "folded", "unit": "word", "n": [1, 1], "name": "words"}, {"form": "folded", "unit": "char", "n": [2, 3]}]
SAID = [("toa số ba nóng quá", "heat"), ("ghế gãy một chân", "seat"), ("tàu đến muộn", "time"), ("xin chào", None)]


def message(text: str, topic: str | None) -> Message:
    return Message.build(text, intent="say", intent_metadata={"topic": topic} if topic else None)


class Bench:
    """Tokenizer, features, neighbours and a head, as the graph would run them, the last two as they come out of a model."""

    def __init__(self, folder: Path, said: list[tuple[str, str | None]], share: float = 0.5) -> None:
        self.storage = LocalModelStorage(folder)
        copy = message("toa so ba nong qua", "heat")
        copy.set(COPY, 1)
        data = TrainingData([*(message(*one) for one in said), copy])
        tokenizer, features = self.make(VietnameseTokenizer), self.make(NgramFeaturizer, least=1, blocks=BLOCKS)
        tokenizer.process_training_data(data)
        features.train(data)
        features.process_training_data(data)
        self.parts = [tokenizer, features]
        for kind, config in ((Neighbours, {"block": "words"}), (MetadataHead, {"key": "topic", "neighbours": share})):
            self.make(kind, **config).train(data)
            self.parts.append(kind.load(self.config(kind, **config), self.storage, Resource(kind.__name__), None))  # type: ignore[attr-defined]

    def make(self, kind: Any, **config: Any) -> Any:
        return kind.create(self.config(kind, **config), self.storage, Resource(kind.__name__), None)

    def config(self, kind: Any, **config: Any) -> dict[str, Any]:
        return {**kind.get_default_config(), **config}

    def parse(self, text: str) -> Message:
        parsed = [Message.build(text)]
        for part in self.parts:
            parsed = part.process(parsed)
        return parsed[0]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("neighbours"), SAID)


def test_a_message_is_compared_with_each_original_and_with_no_copy(bench: Bench) -> None:
    found = bench.parse("TOA SO BA NONG QUA").get(SIMILARITIES)
    assert found == pytest.approx([1, 0, 0, 0], abs=2e-3)
    half = bench.parse("toa ghế").get(SIMILARITIES)
    assert half[0] > 0 < half[1]
    assert half[2] == half[3] == 0


def test_words_that_nobody_wrote_are_like_nothing(bench: Bench) -> None:
    assert not bench.parse("hừm").get(SIMILARITIES).any()
    assert bench.parse("hừm").get("topic")["name"]
    assert bench.parse("").get("topic") == {"name": None, "confidence": 0.0}


def test_the_nearest_say_what_it_is(tmp_path: Path, bench: Bench) -> None:
    alone = Bench(tmp_path, SAID, share=0.0)
    for text, topic in SAID[:3]:
        with_them, without = (one.parse(text).get("topic") for one in (bench, alone))
        assert with_them["name"] == topic
        assert with_them["confidence"] > without["confidence"]


def test_a_set_without_labels_trains_and_answers_nothing(tmp_path: Path) -> None:
    unlabelled = Bench(tmp_path, [(text, None) for text, _ in SAID])
    assert unlabelled.parse("ghế gãy").get("topic")["name"] == "heat"  # the copy's, the only one there is


def test_only_the_nearest_are_asked() -> None:
    many = Labelled.of(["far"] * 500 + ["near"] * NEAREST, ["far", "near"])
    shares = many.alike(np.array([0.2] * 500 + [0.21] * NEAREST, np.float32))
    assert shares is not None
    assert shares.tolist() == [0, 1]


def test_the_more_similar_counts_more_and_strangers_count_for_nothing() -> None:
    few = Labelled.of(["a", "b", "", "c"], ["a", "b", "c"])
    shares = few.alike(np.array([0.5, 0.4, 0.9, 0], np.float32))
    assert shares is not None
    assert shares[0] / shares[1] == pytest.approx(np.exp(2), rel=1e-4)
    assert shares[2] == 0
    assert shares.sum() == pytest.approx(1)
    assert few.alike(np.zeros(4, np.float32)) is None


def test_nobodys_label_becomes_impossible() -> None:
    sure = np.array([0.9, 0.1], np.float32)
    moved = persuaded(sure, np.array([0, 1], np.float32), 0.3)
    assert moved.sum() == pytest.approx(1)
    assert 0 < moved[0] < 0.9
    assert persuaded(sure, None, 0.3).tolist() == sure.tolist()
