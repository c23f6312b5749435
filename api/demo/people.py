"""Who writes in the invented year: citizens with one account on one channel each, some of them more than once."""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.demo.ground import Ground

ACCOUNT = "demo"  # no real channel has an account of that name: nothing can be sent there
AGAIN = 0.45  # share of reports by somebody who wrote before
WITHOUT_THREAD = {"phone"}


def new_id(chance: random.Random) -> uuid.UUID:
    return uuid.UUID(int=chance.getrandbits(128), version=4)


@dataclass
class Person:
    citizen_id: uuid.UUID
    conversation_id: uuid.UUID
    name: str | None
    channel: str
    since: datetime
    last: datetime


class People:
    """Hands out the citizen behind each report."""

    def __init__(self, ground: Ground, chance: random.Random) -> None:
        self._ground, self._chance = ground, chance
        self.all: list[Person] = []
        self._by_channel: dict[str, list[Person]] = {}

    def who(self, channel: str, at: datetime) -> Person | None:
        """None for a caller by telephone."""
        if channel in WITHOUT_THREAD:
            return None
        known = self._by_channel.setdefault(channel, [])
        if known and self._chance.random() < AGAIN:
            return self._chance.choice(known)
        words = self._ground.words
        name = self._chance.choice(words["names"]) if self._chance.random() < words["named"] else None
        person = Person(new_id(self._chance), new_id(self._chance), name, channel, at, at)
        known.append(person)
        self.all.append(person)
        return person

    def citizens(self) -> list[dict[str, Any]]:
        return [
            {"id": p.citizen_id, "display_name": p.name, "phone": None, "demo": True, "created_at": p.since} for p in self.all
        ]

    def identities(self) -> list[dict[str, Any]]:
        return [self._address(p, "external_id") | {"display_name": p.name, "created_at": p.since} for p in self.all]

    def conversations(self) -> list[dict[str, Any]]:
        times = [{"created_at": p.since, "last_message_at": p.last} for p in self.all]
        own = {"mode": "bot", "wants_human": False, "demo": True}
        return [self._address(p, "chat_id") | {"id": p.conversation_id} | own | t for p, t in zip(self.all, times, strict=True)]

    def _address(self, person: Person, name: str) -> dict[str, Any]:
        address = {"channel": person.channel, "account": ACCOUNT, name: f"demo-{person.conversation_id.hex[:12]}"}
        return address | {"citizen_id": person.citizen_id}
