"""The pipeline of config.yml learns a domain that nobody here had in mind, without a change of code.

The set has what ours has not: labels with '#', '.' and '_', slots of several words, no metadata, no lookup tables, and
intents of a single example.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.core.text import fold
from bot.nlu.parse import Engine

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent / "foreign"
LINES = [json.loads(line) for line in (HERE / "test.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    from rasa.model_training import train_nlu

    folder = tmp_path_factory.mktemp("foreign")
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    (folder / "config.yml").write_text(yaml.safe_dump({**config, "policies": []}), encoding="utf-8")
    made = train_nlu(str(folder / "config.yml"), str(HERE / "nlu.yml"), str(folder), fixed_model_name="foreign")
    assert made is not None
    return Engine(Path(made))


def slots(parsed: dict[str, Any]) -> set[tuple[str, str]]:
    return {(e["entity"], parsed["text"][e["start"] : e["end"]]) for e in parsed["entities"]}


def f1(found: list[set[tuple[str, str]]], meant: list[set[tuple[str, str]]]) -> float:
    hits = sum(len(a & b) for a, b in zip(found, meant, strict=True))
    return 2 * hits / (sum(map(len, found)) + sum(map(len, meant)))


@pytest.mark.parametrize("spell", [str, fold], ids=["as written", "bare"])
def test_unseen_sentences_are_understood(engine: Engine, spell: Any) -> None:
    said = [engine.parse(spell(line["text"])) for line in LINES]
    right = [parsed["intent_ranking"][0]["name"] == line["intent"] for parsed, line in zip(said, LINES, strict=True)]
    assert sum(right) / len(LINES) >= 0.9
    meant = [{(name, spell(words)) for name, words in line["slots"].items()} for line in LINES]
    assert f1([slots(parsed) for parsed in said], meant) >= 0.9


def test_every_label_is_spelt_as_it_was_given(engine: Engine) -> None:
    intents = {block["intent"] for block in yaml.safe_load((HERE / "nlu.yml").read_text(encoding="utf-8"))["nlu"]}
    assert {row["name"] for line in LINES for row in engine.parse(line["text"])["intent_ranking"]} == intents
    assert {"flight#airfare", "airline#flight_no.", "ground_service"} <= intents


def test_a_head_without_training_data_stays_silent(engine: Engine) -> None:
    parsed = engine.parse(LINES[0]["text"])
    assert parsed["category"] == {"name": None, "confidence": 0.0}
    assert parsed["procedure_ranking"] == []
