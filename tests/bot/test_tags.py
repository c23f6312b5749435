"""The head with several labels a message: on a small set of its own, whose tags are written as no file could be named."""

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.featurizer import NgramFeaturizer
from bot.components.tags import MetadataTags
from bot.components.tokenizer import VietnameseTokenizer

HOT, LATE = "too/hot", "is.late#1"
SAID: list[tuple[str, Any]] = [
    *((f"{what} nóng quá", HOT) for what in ("phòng", "xe", "tàu", "ga", "toa", "ghế")),
    *((f"{what} đến muộn", [LATE]) for what in ("phòng", "xe", "tàu", "ga", "toa", "ghế")),
    *((f"{what} nóng quá lại đến muộn", f"{HOT} {LATE}") for what in ("phòng", "xe", "tàu", "ga")),
    *((f"{what} sạch đẹp", "") for what in ("phòng", "xe", "tàu", "ga", "toa", "ghế")),
    *((f"{what} nóng quá", None) for what in ("cơm", "nước", "trời")),
]


def message(text: str, tags: Any = None) -> Message:
    return Message.build(text, intent="say", intent_metadata=None if tags is None else {"feel": tags})


class Bench:
    """Tokenizer, features and the head, as the graph would run them."""

    def __init__(self, folder: Path, said: list[tuple[str, Any]]) -> None:
        self.storage = LocalModelStorage(folder)
        data = TrainingData([message(text, tags) for text, tags in said])
        self.before = [self.make(VietnameseTokenizer), self.make(NgramFeaturizer, least=1)]
        self.before[0].process_training_data(data)
        self.before[1].train(data)
        self.before[1].process_training_data(data)
        self.make(MetadataTags, key="feel", cost=1.0).train(data)
        self.head = MetadataTags.load(self.config(MetadataTags, key="feel"), self.storage, Resource("MetadataTags"), None)  # type: ignore[arg-type]

    def make(self, kind: Any, **config: Any) -> Any:
        return kind.create(self.config(kind, **config), self.storage, Resource(kind.__name__), None)

    def config(self, kind: Any, **config: Any) -> dict[str, Any]:
        return {**kind.get_default_config(), **config}

    def found(self, text: str) -> list[dict[str, Any]]:
        parsed = [Message.build(text)]
        for part in (*self.before, self.head):
            parsed = part.process(parsed)
        rows: list[dict[str, Any]] = parsed[0].get("feel")
        return rows


def likely(rows: list[dict[str, Any]]) -> set[str]:
    return {row["name"] for row in rows if row["confidence"] >= 0.5}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("tags"), SAID)


def test_a_message_bears_several_tags_one_or_none(bench: Bench) -> None:
    assert likely(bench.found("sân nóng quá")) == {HOT}
    assert likely(bench.found("sân đến muộn")) == {LATE}
    assert likely(bench.found("toa nóng quá lại đến muộn")) == {HOT, LATE}
    assert likely(bench.found("sân sạch đẹp")) == set()


def test_each_tag_has_a_probability_and_the_likeliest_is_first(bench: Bench) -> None:
    for text, _ in SAID:
        rows = bench.found(text)
        assert {row["name"] for row in rows} == {HOT, LATE}
        assert all(0 <= row["confidence"] <= 1 for row in rows)
        assert rows == sorted(rows, key=lambda row: -row["confidence"])


def test_a_message_without_words_bears_nothing(bench: Bench) -> None:
    assert bench.found("") == []


def test_a_set_without_the_key_trains_and_answers_nothing(tmp_path: Path) -> None:
    assert Bench(tmp_path, [(text, None) for text, _ in SAID]).found("sân nóng quá") == []


def test_a_tag_that_every_message_bears_is_certain(tmp_path: Path) -> None:
    only = Bench(tmp_path, [(text, "same") for text, _ in SAID])
    assert only.found("sân nóng quá") == [{"name": "same", "confidence": 1.0}]


def test_a_tag_of_one_message_does_not_stop_the_training(tmp_path: Path) -> None:
    rare = Bench(tmp_path, [("phòng nóng quá", "once"), *((text, "") for text, _ in SAID[1:])])
    assert [row["name"] for row in rare.found("sân sạch đẹp")] == ["once"]
