"""From tags of tokens to entity spans, and their repair."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from rasa.nlu.tokenizers.tokenizer import Token


class Span(NamedTuple):
    """Tokens [first, last] are one entity; `confidence`, 0 to 1, is the mean share of their tags among all taggings: how sure
    the recogniser is, not how often it is right."""

    first: int
    last: int
    label: str
    confidence: float


def tags_of(tokens: Sequence[Token], entities: Sequence[Mapping[str, Any]]) -> list[str]:
    """BIO tags: a token belongs to the entity that covers its first character."""
    tags = ["O"] * len(tokens)
    for entity in entities:
        inside = [i for i, t in enumerate(tokens) if entity["start"] <= t.start < entity["end"]]
        for i in inside:
            tags[i] = f"{'B' if i == inside[0] else 'I'}-{entity['entity']}"
    return tags


def spans_of(tags: Sequence[str], confidences: Sequence[float]) -> list[Span]:
    """Maximal runs of one label. A run that begins with I- is taken as it is."""
    spans: list[Span] = []
    i = 0
    while i < len(tags):
        label = tags[i][2:]
        j = i + 1
        while label and j < len(tags) and tags[j] == f"I-{label}":
            j += 1
        if label:
            spans.append(Span(i, j - 1, label, sum(confidences[i:j]) / (j - i)))
        i = j
    return spans


def joined(spans: Sequence[Span], tokens: Sequence[Token], across: Mapping[str, Collection[str]]) -> list[Span]:
    """One span for two of the same label with nothing between them but the signs in `across[label]`."""
    result: list[Span] = []
    for span in spans:
        previous = result[-1] if result else None
        if (
            previous
            and previous.label == span.label
            and _only(tokens[previous.last + 1 : span.first], across.get(span.label, ()))
        ):
            sizes = (previous.last - previous.first + 1, span.last - span.first + 1)
            mean = (previous.confidence * sizes[0] + span.confidence * sizes[1]) / sum(sizes)
            result[-1] = Span(previous.first, span.last, span.label, mean)
        else:
            result.append(span)
    return result


def trimmed(spans: Sequence[Span], tokens: Sequence[Token]) -> list[Span]:
    """Without signs at either end; a span of signs only disappears."""
    result = []
    for first, last, label, confidence in spans:
        while first <= last and not _is_word(tokens[first]):
            first += 1
        while last >= first and not _is_word(tokens[last]):
            last -= 1
        if first <= last:
            result.append(Span(first, last, label, confidence))
    return result


def without(entity: dict[str, Any], start: int, end: int, text: str) -> dict[str, Any] | None:
    """What is left of an entity outside [start, end): the longer side, without blanks and signs at its ends."""
    if end <= entity["start"] or entity["end"] <= start:
        return entity
    sides = [(entity["start"], max(start, entity["start"])), (min(end, entity["end"]), entity["end"])]
    first, last = max(sides, key=lambda side: side[1] - side[0])
    while first < last and not text[first].isalnum():
        first += 1
    while first < last and not text[last - 1].isalnum():
        last -= 1
    return {**entity, "start": first, "end": last, "value": text[first:last]} if first < last else None


def _only(tokens: Sequence[Token], signs: Collection[str]) -> bool:
    return all(t.text in signs for t in tokens) and len(tokens) <= 1


def _is_word(token: Token) -> bool:
    return any(c.isalnum() for c in token.text)
