"""Reads the lookup table of short forms: lines "short = written out"."""

from collections import defaultdict

from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.keys import lookup


def read(training_data: TrainingData, name: str) -> dict[str, str]:
    """Short form → written out, both in lower case. Lines without "=" raise ValueError."""
    forms: dict[str, str] = {}
    for line in lookup(training_data, name):
        short, equals, written = line.lower().partition("=")
        if not equals:
            raise ValueError(f"lookup {name}: {line!r} should read 'short = written out'")
        forms[short.strip()] = written.strip()
    return forms


def inverse(forms: dict[str, str]) -> dict[str, list[str]]:
    """Written out → its short forms."""
    found: dict[str, list[str]] = defaultdict(list)
    for short, written in forms.items():
        found[written].append(short)
    return dict(found)
