"""Syllable tokens with exact offsets into the original text."""

import itertools
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import get_text_hash

from bot.components.keys import TEXT, TEXT_TOKENS
from bot.components.parallel import in_chunks
from bot.components.text.alignment import clean
from bot.components.text.segment import syllables

Piece = tuple[str, int, int]  # text, start, end


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
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        return list(tokenize(message.get(attribute)))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if isinstance(message.get(TEXT), str):
                message.set(TEXT_TOKENS, tokenize(message.get(TEXT)))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """As `process`, on all cores."""
        messages = [m for m in training_data.training_examples if isinstance(m.get(TEXT), str)]
        read = in_chunks(lambda part: [_read(m.get(TEXT)) for m in part], messages, each=8)
        for message, found in zip(messages, itertools.chain.from_iterable(read), strict=True):
            message.set(TEXT_TOKENS, _tokens(found))
        return training_data


def tokenize(raw: str) -> Tokens:
    """The tokens of a raw text, whatever its Unicode form."""
    return _tokens(_read(raw))


def _read(raw: str) -> list[Piece]:
    readable = clean(raw)
    return [(readable.text[start:end], *readable.original(start, end)) for start, end in syllables(readable.text)]


def _tokens(read: list[Piece]) -> Tokens:
    return Tokens(Token(text, start, end) for text, start, end in read)
