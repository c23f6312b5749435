"""Rasa's FallbackClassifier that leaves some intents alone, however unsure: an emergency is never answered by "pardon?"."""

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class UnsureIntent(FallbackClassifier):
    """Config: `threshold`, `ambiguity_threshold` as in Rasa's; `keep`, the intents that are never replaced."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**FallbackClassifier.get_default_config(), "keep": []}

    def process(self, messages: list[Message]) -> list[Message]:
        unsure = [m for m in messages if (m.get(INTENT) or {}).get("name") not in self.component_config["keep"]]
        super().process([m for m in unsure if (m.get(INTENT) or {}).get("name") is not None])
        return messages
