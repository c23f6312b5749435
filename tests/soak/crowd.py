"""What many citizens say over three platforms at once, and what each of them must hear: drawn from one seed."""

import itertools
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from api.channels.words import words
from api.core.settings import get_settings
from tests.fakes.platforms.base import Fake
from tests.fakes.rasa import echoed

FIRST_CITIZEN = 800_000
# of a hundred messages; the rest is text. Photos carry words, so that each has an answer of its own
KINDS = {"image": 4, "expired": 2, "oversize": 1, "voice": 2}
BURST = 2  # messages that one citizen sends before the next one's turn
OUTBOUND = {"429": 0.012, "408": 0.012, "500": 0.012, "502": 0.012, "504": 0.01, "slow": 0.012}
OUTBOUND |= {"reset": 0.01, "reset_after": 0.01, "garbage": 0.01}
INBOUND = {"duplicate": 0.04, "redeliver": 0.02, "reorder": 0.02, "unknown": 0.02}


@dataclass
class Citizen:
    """One person on one platform. `left`: what is still to be said; `hears`: by the platform's message id, in order."""

    platform: str
    user: str
    left: deque[dict[str, Any]] = field(default_factory=deque)
    hears: dict[str, list[str]] = field(default_factory=dict)

    def speaks(self, fake: Fake) -> None:
        """The next message. `fake` must be the one of `platform`; called on its loop."""
        act = dict(self.left.popleft())
        expected = act.pop("expected")
        fake.say({"user": self.user, "name": f"Người {self.user}", **act})
        self.hears[next(line.id for line in reversed(fake.chats[self.user]) if line.mine)] = expected


def crowd(platforms: list[str], citizens: int, each: int, seed: int) -> list[Citizen]:
    """`citizens` people, spread over `platforms`, with `each` messages to send."""
    dice = random.Random(seed)
    made = [Citizen(name, str(FIRST_CITIZEN + n)) for n, name in zip(range(citizens), itertools.cycle(platforms), strict=False)]
    for citizen in made:
        citizen.left.extend(_act(dice, f"{citizen.user} tin {number}") for number in range(each))
    return made


def _act(dice: random.Random, text: str) -> dict[str, Any]:
    kind = next(iter(dice.choices([*KINDS, "text"], [*KINDS.values(), 100 - sum(KINDS.values())])))
    said = words()
    if kind == "voice":
        return {"kind": "voice", "expected": [said["voice"]]}
    if kind == "text":
        return {"text": text, "expected": [echoed(text)]}
    trouble = {
        "expired": [said["photo_gone"]],
        "oversize": [said["photo_too_large"].format(limit=get_settings().max_upload_mb)],
    }.get(kind, [])
    flaw = {} if kind == "image" else {kind: True}
    return {"kind": "image", "text": text, **flaw, "expected": [*trouble, echoed(text)]}


def turns(people: list[Citizen]) -> Iterator[Citizen]:
    """Who speaks next: everybody in short bursts, round after round. What is left is counted now, not while they speak."""
    counts = [len(citizen.left) for citizen in people]
    for begun in range(0, max(counts), BURST):
        for citizen, count in zip(people, counts, strict=True):
            yield from [citizen] * max(0, min(BURST, count - begun))
