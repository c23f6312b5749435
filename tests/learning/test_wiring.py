"""learning.yml speaks of intents and slots that the bot has."""

import yaml

from api.core.settings import ROOT
from api.learning.models import Reason
from api.learning.words import settings
from api.localities.taxonomy import message_types


def test_every_name_in_learning_yml_is_the_bots() -> None:
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "bot" / "domain").glob("*.yml")]
    slots = {name for file in files for name in file.get("slots") or {}}
    intents = {str(one) if isinstance(one, str) else next(iter(one)) for file in files for one in file.get("intents") or []}
    entities = {str(one) if isinstance(one, str) else next(iter(one)) for file in files for one in file.get("entities") or []}
    how = settings()["corrections"]
    assert set(settings()["answered_slots"]) | {how["denied_slot"]} <= slots
    assert {
        *how["intents"],
        *how["deny_intents"],
        *how["choices"],
        how["fix"]["intent"],
        settings()["fallback_intent"],
    } <= intents
    assert set(how["fix"]["values"]) <= slots
    assert how["fix"]["entity"] in entities
    assert {choice["entity"] for choice in how["choices"].values() if "entity" in choice} <= entities
    assert {*settings()["categorised_types"], *settings()["empty_types"]} <= message_types().keys()


def test_every_reason_has_its_words() -> None:
    words = yaml.safe_load((ROOT / "admin" / "words.yml").read_text(encoding="utf-8"))
    assert set(Reason) == words["label_reason"].keys() == words["label_icon"].keys()
