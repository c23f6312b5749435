"""Many citizens, three platforms that fail in every way they know, two SIGKILLs: everybody is answered once, in order."""

import random
import socket
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from api.channels import accounts
from api.conversations.models import Conversation, InStatus, Message, OutStatus
from api.conversations.outbox import resend
from api.core.clock import SystemClock
from api.core.db import transaction
from tests.fakes.platforms.app import create_app as create_fakes
from tests.fakes.platforms.base import Fake, Faults
from tests.fakes.platforms.connect import connect_all
from tests.fakes.rasa import Echo
from tests.fakes.rasa import create_app as create_echo
from tests.fakes.server import serving
from tests.soak.crowd import INBOUND, OUTBOUND, Citizen, crowd, turns
from tests.soak.parts import Parts, running, wait

PLATFORMS = ["telegram", "zalo", "zalo_oa"]
AHEAD = 400  # messages that may wait for their answer before more are sent
KILLS = (0.25, 0.6)  # after these shares of the messages both processes are killed
QUIET_SECONDS = 600.0


@dataclass(frozen=True)
class Report:
    """What happened: `unknown` ends that the platform never confirmed, `resent` of them because nothing had arrived."""

    messages: int
    deliveries: int
    faults: int
    killed: int
    unknown: int
    resent: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.messages} messages, {self.deliveries} webhooks, {self.faults} faulty sendings, {self.killed} processes "
            "killed: "
            f"all answered once and in order in {self.seconds:.0f} s; {self.unknown} ends unknown, {self.resent} sent again"
        )


class Soak:
    """One run on the database of this process's settings. `go` raises AssertionError where anything is not as it must be."""

    def __init__(self, *, citizens: int, each: int, seed: int = 8161) -> None:
        self.people = crowd(PLATFORMS, citizens, each, seed)
        self.total = citizens * each
        self.echo = Echo()
        self.killed = 0

    def go(self) -> Report:
        begun = time.monotonic()
        with ExitStack() as stack:
            app, base = fakes(stack)
            self.fakes: dict[str, Fake] = app.state.fakes
            bot = stack.enter_context(serving(create_echo(self.echo), log_level="critical"))
            self.parts: Parts = stack.enter_context(running(bot))
            self._connect(base)
            self._speak(app)
            self._settle()
            unknown = self._check_the_first_way()
            resent = self._send_again(unknown)
            self._check_all_heard()
        faults = sum(1 for fake in self.fakes.values() for call in fake.calls if call["fault"])
        deliveries = sum(len(fake.deliveries) for fake in self.fakes.values())
        return Report(self.total, deliveries, faults, self.killed, len(unknown), resent, time.monotonic() - begun)

    def _connect(self, base: str) -> None:
        connect_all(base, self.parts.address)
        with transaction() as session:
            row = accounts.find(session, "zalo", "2002")
            assert row is not None
            row.settings = row.settings | {"monthly_limit": 0}
        for number, fake in enumerate(self.fakes.values()):
            fake.faults = Faults(rates=dict(OUTBOUND), inbound=dict(INBOUND), slow_seconds=1.0, chance=random.Random(number))
        self.fakes["zalo_oa"].receipts = True  # type: ignore[attr-defined]

    def _speak(self, app: FastAPI) -> None:
        kills = [round(share * self.total) for share in KILLS]
        for number, citizen in enumerate(turns(self.people), start=1):
            app.state.loop.call_soon_threadsafe(citizen.speaks, self.fakes[citizen.platform])
            wait(lambda number=number: number - len(self.echo.asked) < AHEAD, self.parts.tend, QUIET_SECONDS)  # type: ignore[misc]
            if number in kills:
                self.parts.wait_up()  # the last kill may still be felt
                self.parts.kill()
                self.killed += len(self.parts.children)
            self.parts.tend()

    def _settle(self) -> None:
        """Nothing is under way any more, at the platforms or with us."""
        wait(lambda: not any(fake.pending for fake in self.fakes.values()), self.parts.tend, QUIET_SECONDS)
        wait(quiet, self.parts.tend, QUIET_SECONDS)

    def _check_the_first_way(self) -> list[int]:
        """What the database says against what the platforms saw. Returns the ids of the messages whose end is unknown."""
        assert all(citizen.hears for citizen in self.people)
        assert len(set(self.echo.asked)) == len(self.echo.asked), "the bot was asked twice"
        unknown: list[int] = []
        for citizen in self.people:
            unknown += _checked(citizen, self.fakes[citizen.platform])
        return unknown

    def _send_again(self, unknown: Iterable[int]) -> int:
        """As a clerk does who has looked at the chat: what did not arrive is sent again, the platforms being well."""
        for fake in self.fakes.values():
            fake.faults = Faults()
        count = 0
        for citizen in self.people:
            missing = Counter(expected(citizen)) - Counter(
                line.text for line in self.fakes[citizen.platform].heard(citizen.user)
            )
            for row in (row for row in rows_of(citizen, "out") if row.status == OutStatus.UNKNOWN):
                if missing[row.text]:
                    missing[row.text] -= 1
                    count += 1
                    with transaction() as session:
                        resend(session, row.id, SystemClock().now())
        wait(quiet, self.parts.tend, QUIET_SECONDS)
        return count

    def _check_all_heard(self) -> None:
        for citizen in self.people:
            heard = [line.text for line in self.fakes[citizen.platform].heard(citizen.user)]
            assert Counter(heard) == Counter(expected(citizen)), (citizen.platform, citizen.user)


def fakes(stack: ExitStack) -> tuple[FastAPI, str]:
    """The three platforms, and their address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    app = create_fakes(f"http://127.0.0.1:{port}")
    return app, stack.enter_context(serving(app, port, log_level="critical"))


def _checked(citizen: Citizen, fake: Fake) -> list[int]:
    who = (citizen.platform, citizen.user)
    accepted = list(dict.fromkeys(message for user, message in map(addressed, fake.deliveries) if user == citizen.user))
    assert sorted(accepted) == sorted(citizen.hears), who
    got = rows_of(citizen, "in")
    assert [row.external_id for row in got] == accepted, who
    assert all(row.status == InStatus.DONE for row in got), who
    said = rows_of(citizen, "out")
    assert [row.text for row in said] == [text for message in accepted for text in citizen.hears[message]], who
    assert {row.status for row in said} <= {OutStatus.SENT, OutStatus.UNKNOWN}, (who, [(r.status, r.error) for r in said])
    _check_sent([row for row in said if row.status == OutStatus.SENT], fake, citizen.user)
    unknown = [row for row in said if row.status == OutStatus.UNKNOWN]
    sent_ids = {row.external_id for row in said if row.status == OutStatus.SENT}
    more = Counter(line.text for line in fake.heard(citizen.user) if line.id not in sent_ids)
    assert not more - Counter(row.text for row in unknown), (who, more)
    return [row.id for row in unknown]


def _check_sent(sent: list[Message], fake: Fake, user: str) -> None:
    """Each of them arrived under the id that the platform gave it, once, and in the order of the thread.

    Where a sending had an unknown end nobody knows when it arrives, even if an echo told later that it did.
    """
    heard = [(line.id, line.text) for line in fake.heard(user)]
    told_late = {row.external_id for row in sent if any(step.get("unknown") for step in row.extra.get("way", []))}
    ids = {row.external_id for row in sent}
    assert Counter((row.external_id, row.text) for row in sent) == Counter(one for one in heard if one[0] in ids), (user, heard)
    in_order = [row.external_id for row in sent if row.external_id not in told_late]
    assert in_order == [number for number, _ in heard if number in ids - told_late], (user, heard)


def expected(citizen: Citizen) -> list[str]:
    return [text for texts in citizen.hears.values() for text in texts]


def addressed(delivery: dict[str, Any]) -> tuple[str | None, str]:
    """Whose message a webhook carried, and the platform's id of it; None for everything else."""
    payload = delivery["payload"]
    name, message = str(payload.get("event_name", "user_send_")), payload.get("message") or {}
    if not name.startswith(("user_send_", "message.")) or not message:
        return None, ""
    chat = (message.get("chat") or payload.get("sender") or {}).get("id")
    return str(chat), str(message.get("message_id") or message.get("msg_id"))


def rows_of(citizen: Citizen, direction: str) -> list[Message]:
    query = select(Message).join(Conversation, Conversation.id == Message.conversation_id)
    mine = (Conversation.channel == citizen.platform, Conversation.chat_id == citizen.user, Message.direction == direction)
    with transaction() as session:
        return list(session.scalars(query.where(*mine).order_by(Message.id)))


def quiet() -> bool:
    """Whether no message waits, in either direction."""
    waiting = [InStatus.RECEIVED, OutStatus.QUEUED, OutStatus.SENDING]
    with transaction() as session:
        return session.scalar(select(Message.id).where(Message.status.in_(waiting)).limit(1)) is None
