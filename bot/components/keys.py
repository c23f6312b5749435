"""Names under which our components keep things on a Rasa message, and small helpers to read training messages."""

from typing import Any

from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA, METADATA_INTENT, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

GROUP = "copy_group"  # training only: the same number on a message and on its noisy copies
COPY = "copy_number"  # training only: made by the augmenter, by which of its recipes (from 1)
FEATURES = "sentence_row"  # sparse features of the whole message
SIMILARITIES = "similarities"  # to each of the `own_words` of the training data, in their order
NORMAL = "normal"  # token data: lower case, spelling repaired; may hold blanks

__all__ = [
    "COPY", "ENTITIES", "FEATURES", "GROUP", "INTENT", "METADATA", "NORMAL", "SIMILARITIES", "TEXT", "TEXT_TOKENS",
    "intent_metadata", "learnable", "lookup", "own_words",
]  # fmt: skip


def learnable(training_data: TrainingData) -> list[Message]:
    """The messages with text and intent, in a stable order."""
    return [m for m in training_data.intent_examples if m.get(TEXT)]


def intent_metadata(message: Message) -> dict[str, Any]:
    """What stands under `metadata:` beside the intent in the NLU YAML."""
    found = (message.get(METADATA) or {}).get(METADATA_INTENT)
    return found if isinstance(found, dict) else {}


def lookup(training_data: TrainingData, name: str) -> list[str]:
    """All lines of the lookup tables called `name`."""
    return [str(e) for table in training_data.lookup_tables if table["name"] == name for e in table["elements"]]


def own_words(messages: list[Message]) -> list[Message]:
    """Without the copies made by the augmenter."""
    return [m for m in messages if not m.get(COPY)]
