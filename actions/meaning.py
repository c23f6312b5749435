"""What a message may mean, and one short question where two meanings are close. Pure but for the saying."""

from typing import Any

from actions.turn import Said, Turn, slots
from actions.words import has, words

LEAST = 0.2  # probability of the second meaning from which it is worth a question
CLEAR = 0.35  # lead of the first meaning from which it is not
VAGUE = 0.08  # the same two where nothing was understood: then any hint is worth a button
SHORT_ANSWER = 4  # words
_MEANING = {"report": "report", "suggestion": "report", "question": "question", "status": "status", "complaint": "complaint"}


def two_meanings(said: Said, least: float = LEAST, clear: float = CLEAR) -> tuple[str, str] | None:
    """The two likeliest meanings, if they are close enough for a question."""
    sums: dict[str, float] = {}
    for intent, probability in said.likely.items():
        if meaning := _MEANING.get(intent):
            sums[meaning] = sums.get(meaning, 0.0) + probability
    ranked = sorted(sums.items(), key=lambda pair: -pair[1])[:2]
    if not said.is_words or len(ranked) < 2:
        return None
    (first, p), (second, q) = ranked
    strongest_other = max((p for intent, p in said.likely.items() if intent not in _MEANING), default=0.0)
    return (first, second) if q >= least and p - q < clear and q > strongest_other * 0.5 else None


def vague_meanings(said: Said) -> tuple[str, str] | None:
    return two_meanings(said, VAGUE, 1.0)


def ask_meaning(turn: Turn, pair: tuple[str, str]) -> list[dict[str, Any]]:
    """Which of the two? The words are kept for whichever button is pressed."""
    first, second = (words()["meanings"][meaning] for meaning in pair)
    buttons = [{"title": meaning["title"], "payload": meaning["payload"]} for meaning in (first, second)]
    turn.say("utter_which_meaning", buttons=buttons, first=first["asked"], second=second["asked"])
    return [*keep_words(turn), *slots(asked_ticket=None, asked_at=turn.said.message_id)]


def settled(turn: Turn) -> str | None:
    """The meaning that a short answer names ("hỏi thôi", "phản ánh") right after the question."""
    short = turn.said.is_words and len(turn.said.text.split()) <= SHORT_ANSWER and turn.slots.get("unclear_text")
    if not short or turn.slots.get("asked_ticket") or not turn.follows(turn.slots.get("asked_at")):
        return None
    return next((name for name, meaning in words()["meanings"].items() if has(turn.said.text, meaning["signs"])), None)


def keep_words(turn: Turn) -> list[dict[str, Any]]:
    """What was said and shown stays at hand until it is clear what it is."""
    return slots(unclear_text=turn.said.text if turn.said.is_words else None, unclear_photos=list(turn.said.media_ids))
