"""Syllable tokens with exact offsets into the original text, and underthesea's word boundaries as a property of theirs."""

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

from bot.components.keys import COPY, ENTITIES, TEXT, TEXT_TOKENS, WORD_START
from bot.components.parallel import in_chunks
from bot.components.text.alignment import clean
from bot.components.text.segment import pieces, syllables, warm_up

Piece = tuple[str, int, int, bool]  # text, start, end, begins a word


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
        """As `process`, on all cores. Noisy copies without entities go without word boundaries: nothing learns from theirs."""
        messages = [m for m in training_data.training_examples if isinstance(m.get(TEXT), str)]
        words = [bool(m.get(ENTITIES) or not m.get(COPY)) for m in messages]
        jobs = list(zip((m.get(TEXT) for m in messages), words, strict=True))
        read = in_chunks(lambda part: [_read(*job) for job in part], jobs, each=8)
        for message, found in zip(messages, itertools.chain.from_iterable(read), strict=True):
            message.set(TEXT_TOKENS, _tokens(found))
        return training_data


def tokenize(raw: str) -> Tokens:
    """The tokens of a raw text, whatever its Unicode form."""
    return _tokens(_read(raw))


def _read(raw: str, words: bool = True) -> list[Piece]:
    """Without `words` each syllable passes for one."""
    readable = clean(raw)
    found = syllables(readable.text) if words else [(start, end, True) for start, end in pieces(readable.text)]
    return [(readable.text[start:end], *readable.original(start, end), begins_word) for start, end, begins_word in found]


def _tokens(read: list[Piece]) -> Tokens:
    return Tokens(Token(text, start, end, {WORD_START: begins_word}) for text, start, end, begins_word in read)
