"""The bot's domain and the platform's actions name the same things."""

import re
from typing import Any

import yaml

from actions.routes import all_actions
from api.core.settings import ROOT


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / "bot" / "domain" / name).read_text(encoding="utf-8"))


def test_every_action_of_the_domain_is_here_and_the_other_way_round() -> None:
    assert {action.action_name for action in all_actions()} == set(read("domain.yml")["actions"])


def test_every_response_an_action_says_has_words() -> None:
    said = {name for file in (ROOT / "actions").glob("*.py") for name in re.findall(r'"(utter_[a-z_]+)"', file.read_text())}
    assert said <= set(read("responses.yml")["responses"])


def test_every_slot_an_action_sets_is_declared() -> None:
    declared = set(read("slots.yml")["slots"])
    set_ = {
        name
        for file in (ROOT / "actions").glob("*.py")
        for call in re.findall(r"slots\(([^()*]*)\)", file.read_text())
        for name in re.findall(r"(\w+)=", call)
    }
    assert set_ <= declared
