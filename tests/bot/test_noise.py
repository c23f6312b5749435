"""Noisy copies of training messages keep their entities and their rate."""

from random import Random

import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.augmenter import TypingNoise, noisy
from bot.components.keys import COPY, GROUP

TEXT = "Đèn ở Ngõ Lê Lợi hỏng"


def message(text: str = TEXT) -> Message:
    start = text.index("Ngõ")
    entity = {"entity": "location", "start": start, "end": start + 10, "value": "Ngõ Lê Lợi"}
    return Message({"text": text, "intent": "report", "entities": [entity]})


@pytest.mark.parametrize(("recipe", "text"), [({"strip_marks": 1.0}, "Den o Ngo Le Loi hong"), ({"lower": 1.0}, TEXT.lower())])
def test_entities_follow_the_text(recipe: dict[str, float], text: str) -> None:
    said, (entity,) = noisy(TEXT, message().get("entities"), recipe, Random(0), {})
    assert said == text
    assert text[entity["start"] : entity["end"]] == entity["value"]
    assert entity["value"].lower().endswith("i")


def test_a_recipe_for_some_is_not_for_all() -> None:
    copies = [{"strip_marks": 1.0}, {"of": 0.5, "lower": 1.0}]
    lines = [f"Đèn {number} ở Ngõ Lê Lợi hỏng" for number in range(200)]
    config = {**TypingNoise.get_default_config(), "copies": copies}
    made = TypingNoise(config).process_training_data(TrainingData([message(line) for line in lines])).training_examples
    by_recipe = [m.get(COPY, 0) for m in made]
    assert by_recipe.count(0) == by_recipe.count(1) == 200
    assert 70 < by_recipe.count(2) < 130
    assert len({m.get(GROUP) for m in made}) == 200
