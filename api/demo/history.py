"""Loading the invented year: made in memory, written in bulk, in one transaction and without a single job."""

import random
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.citizens.models import Citizen, Identity
from api.conversations.models import Conversation, Message
from api.demo.bulk import copy_in
from api.demo.chat import asking_for_a_person, messages
from api.demo.ground import Ground, ground
from api.demo.incidents import Incident, incidents
from api.demo.life import Life
from api.demo.people import People
from api.demo.story import tell
from api.localities.pack import pack
from api.metrics.queries import has_demo
from api.tickets.models import Status, Ticket, TicketCounter, TicketEvent, TicketRating, TicketReporter
from api.tickets.rules import OPEN_STATES, number_of

SEED = 2026
DUPLICATE_WITHIN = timedelta(days=3)
DUPLICATES, STORM_DUPLICATES = 0.3, 0.6
WAIT_FOR_A_PERSON = 2


def load(session: Session, now: datetime, seed: int = SEED) -> int:
    """Write the year up to `now`; returns the number of tickets, 0 if demo data is there already.

    The same seed and moment give the same year. Numbers go on from each year's counter, in the order of time.
    """
    if has_demo(session):
        return 0
    chance = random.Random(seed)  # noqa: S311 - invented data
    stands_on = ground(session, now, seed)
    happened = incidents(stands_on, now, chance)
    people = People(stands_on, chance)
    lives = _lives(stands_on, happened, _numbers(session, stands_on, happened), people, now, chance)
    _write(session, lives, people, now)
    return len(lives)


def _numbers(session: Session, stands_on: Ground, happened: Sequence[Incident]) -> list[str]:
    """Take as many numbers of each year as it needs: the counters' rows stay locked until commit."""
    years = [incident.at.astimezone(stands_on.zone).year for incident in happened]
    return [number for year, count in sorted(Counter(years).items()) for number in _numbers_of(session, year, count)]


def _numbers_of(session: Session, year: int, count: int) -> Iterator[str]:
    prefix = pack()["number_prefix"]
    statement = insert(TicketCounter).values(prefix=f"{prefix}-{year % 100:02d}", last=count)
    bump = statement.on_conflict_do_update(index_elements=["prefix"], set_={"last": TicketCounter.last + count})
    last = session.scalar(bump.returning(TicketCounter.last))
    assert last is not None, "an upsert returns its row"
    return (number_of(prefix, year, last - count + i) for i in range(1, count + 1))


def _lives(
    stands_on: Ground,
    happened: Sequence[Incident],
    numbers: Sequence[str],
    people: People,
    now: datetime,
    chance: random.Random,
) -> list[Life]:
    lives: list[Life] = []
    mains: dict[tuple[str, str | None], Life] = {}
    for incident, number in zip(happened, numbers, strict=True):
        person = people.who(incident.channel, incident.at)
        life = Life(stands_on, incident, number, now, chance, person)
        key = (incident.category, incident.unit)
        main = mains.get(key)
        tell(life, main if main and _duplicates(main, life, chance) else None)
        lives.append(life)
        if life.row["status"] != Status.MERGED and incident.unit:
            mains[key] = life
        if person:
            person.last = max(person.last, life.last)
    return lives


def _duplicates(main: Life, life: Life, chance: random.Random) -> bool:
    """Whether this reports the same thing as `main`, which must still be open some hours later."""
    share = STORM_DUPLICATES if life.incident.stormy else DUPLICATES
    near = life.incident.at - main.incident.at < DUPLICATE_WITHIN
    open_for = (main.row["resolved_at"] or life.now) - life.incident.at
    return near and not main.row["reopen_count"] and open_for > timedelta(days=1.5) and chance.random() < share


def _write(session: Session, lives: Sequence[Life], people: People, now: datetime) -> None:
    threads = {p.conversation_id: p for p in people.all}
    waiting = _waiting(lives)
    said = sorted((m for life in lives for m in messages(life)), key=lambda m: m["created_at"])
    said += [m for life in waiting for m in asking_for_a_person(life, now)]
    for message in said:
        person = threads[message["conversation_id"]]
        person.last = max(person.last, message["created_at"])
    wanting = {life.conversation_id for life in waiting}
    conversations = [c | {"wants_human": c["id"] in wanting} for c in people.conversations()]
    copy_in(session, Citizen, people.citizens())
    copy_in(session, Identity, people.identities())
    copy_in(session, Conversation, conversations)
    copy_in(session, Ticket, [life.row for life in lives])
    copy_in(session, TicketEvent, sorted((e for life in lives for e in life.events), key=lambda e: e["at"]))
    copy_in(session, TicketReporter, _reporters(lives))
    copy_in(session, TicketRating, sorted((r for life in lives for r in life.ratings), key=lambda r: r["at"]))
    copy_in(session, Message, said)


def _waiting(lives: Sequence[Life]) -> list[Life]:
    """The last few citizens with an open report ask for a person."""
    latest: dict[uuid.UUID, Life] = {}
    for life in reversed(lives):
        if life.conversation_id and life.row["status"] in OPEN_STATES and len(latest) < WAIT_FOR_A_PERSON:
            latest.setdefault(life.conversation_id, life)
    return list(latest.values())


def _reporters(lives: Sequence[Life]) -> list[dict[str, Any]]:
    """Each ticket's own reporter, and those of its duplicates under the numbers that they know."""
    rows: dict[tuple[uuid.UUID, uuid.UUID], str] = {}
    for own in (True, False):
        for life in lives:
            ticket_id = life.row["id"] if own else life.row["merged_into_id"]
            if life.conversation_id and ticket_id:
                rows.setdefault((ticket_id, life.conversation_id), life.number)
    return [{"ticket_id": ticket, "conversation_id": thread, "number": number} for (ticket, thread), number in rows.items()]
