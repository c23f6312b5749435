"""The rules of the dialogue contradict each other nowhere, and every action and word they name exists."""

from pathlib import Path
from typing import Any

import yaml
from rasa.model_training import train_core

ROOT = Path(__file__).parents[2]


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_no_rule_contradicts_another(tmp_path: Path) -> None:
    config = read(ROOT / "config.yml")
    rules = next(policy for policy in config["policies"] if policy["name"] == "RulePolicy")
    rules["check_for_contradictions"] = True
    changed = tmp_path / "config.yml"
    changed.write_text(yaml.safe_dump({**config, "policies": [rules]}))
    made = train_core(str(ROOT / "bot" / "domain"), str(changed), str(ROOT / "bot" / "dialogue"), str(tmp_path))
    assert made is not None


def steps() -> list[str]:
    files = [read(path) for path in (ROOT / "bot" / "dialogue").glob("*.yml")]
    rules = [rule for file in files for rule in file["rules"]]
    return [step["action"] for rule in rules for step in rule["steps"] if "action" in step]


def test_every_step_is_an_action_a_form_or_words() -> None:
    domain = read(ROOT / "bot" / "domain" / "domain.yml")
    words = read(ROOT / "bot" / "domain" / "responses.yml")["responses"]
    known = {*domain["actions"], *domain["forms"], *words, "action_deactivate_loop"}
    assert set(steps()) <= known


LINES_ON_A_PHONE, LETTERS_IN_A_LINE = 3, 42
SUMMARIES = {"utter_summary", "utter_summary_apart"}  # what is agreed to must be seen whole


def test_every_message_fits_a_phone() -> None:
    words = read(ROOT / "bot" / "domain" / "responses.yml")["responses"]
    for name in sorted(set(words) - SUMMARIES):
        for variant in words[name]:
            lines = sum(-(-len(line) // LETTERS_IN_A_LINE) for line in variant["text"].split("\n"))
            assert lines <= LINES_ON_A_PHONE, name
            assert all(len(button["title"].split()) <= 4 for button in variant.get("buttons", [])), name


def test_every_slot_of_a_form_is_asked_in_words_or_by_an_action() -> None:
    domain = read(ROOT / "bot" / "domain" / "domain.yml")
    words = read(ROOT / "bot" / "domain" / "responses.yml")["responses"]
    for form in domain["forms"].values():
        for slot in form["required_slots"]:
            assert f"utter_ask_{slot}" in words or f"action_ask_{slot}" in domain["actions"], slot
