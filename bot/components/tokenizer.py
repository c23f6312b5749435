"""Syllable tokens with exact offsets into the original text, and underthesea's word boundaries as a property of theirs."""

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import get_text_hash

from bot.components.keys import TEXT, TEXT_TOKENS, WORD_START
from bot.components.text.alignment import clean
from bot.components.text.segment import syllables, warm_up


class Tokens(tuple[Token, ...]):
    """Tokens of one text. Rasa fingerprints every message at every step of training: this does it once, and cheaply."""

    def fingerprint(self) -> str:
        return str(get_text_hash(" ".join(f"{t.start}:{t.text}" for t in self)))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietnameseTokenizer(Tokenizer):
    """Token.text is the NFC text of the syllable; start and end are offsets into the message as it was sent."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "VietnameseTokenizer":
        warm_up()
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        return list(tokenize(message.get(attribute)))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if isinstance(message.get(TEXT), str):
                message.set(TEXT_TOKENS, tokenize(message.get(TEXT)))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data


def tokenize(raw: str) -> Tokens:
    """The tokens of a raw text, whatever its Unicode form."""
    readable = clean(raw)
    tokens = []
    for syllable in syllables(readable.text):
        start, end = readable.original(syllable.start, syllable.end)
        text = readable.text[syllable.start : syllable.end]
        tokens.append(Token(text, start, end, {WORD_START: syllable.begins_word}))
    return Tokens(tokens)
