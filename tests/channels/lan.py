"""Lan: a citizen with a thread on a connected platform, and the deliverer in a test's own hands."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import text

from api.channels import accounts
from api.channels.contract import OutgoingMessage, Receipt
from api.channels.models import ChannelAccount
from api.citizens.service import identify
from api.conversations import receipts
from api.conversations.delivery import deliver_waiting
from api.conversations.intake import open_conversation
from api.conversations.jobs import note_receipt
from api.conversations.outbox import say
from api.core.clock import FixedClock
from api.core.db import transaction
from api.core.jobs import NAMESPACE
from tests.channels.conftest import Street


class Lan:
    """One citizen's thread on a connected platform, and the deliverer in the test's own hands."""

    def __init__(self, there: Street, user: str, clock: FixedClock) -> None:
        self.there, self.user, self.clock = there, user, clock
        there.control.set(webhook=None)
        there.control.say(user, "chào")
        with transaction() as session:
            account = there.account
            citizen = identify(session, account.channel, account.account, user, "Lan")
            thread = open_conversation(session, account.channel, account.account, user, citizen_id=citizen.id, now=clock.now())
            self.key: uuid.UUID = thread.id

    def told(self, *texts: str, author: str = "bot") -> None:
        for words in texts:
            with transaction() as session:
                say(session, self.key, OutgoingMessage(words), author=author, now=self.clock.now())

    def deliver(self) -> datetime | None:
        return deliver_waiting(self.key, self.clock, transaction)

    def deliver_all(self, tries: int = 30) -> None:
        """As the jobs do: come back when asked to."""
        for _ in range(tries):
            later = self.deliver()
            if later is None:
                return
            self.clock.move(max(later - self.clock.now(), timedelta()))
        raise AssertionError("it never ends")

    def receipt(self, number: str, state: str, words: str = "") -> None:
        """The platform tells of the message that it numbered so."""
        account, now = self.there.account, self.clock.now()
        with transaction() as session:
            receipts.take(session, Receipt(account.channel, account.account, self.user, (number,), state, words, now), now)

    def note_receipts(self) -> int:
        """As the jobs do when their moment has come. Returns how many there were."""
        query = text("delete from procrastinate_jobs where task_name = :name returning args")
        with transaction() as session:
            waiting = session.scalars(query, {"name": f"{NAMESPACE}:{receipts.NOTE}"}).all()
        for arguments in waiting:
            note_receipt(**arguments)
        return len(waiting)

    @property
    def heard(self) -> list[str]:
        return [line["text"] for line in self.there.control.heard(self.user)]

    @property
    def states(self) -> list[str]:
        return [m.status for m in self.there.messages(self.user, "out")]

    def account(self) -> ChannelAccount:
        with transaction() as session:
            found = accounts.find(session, self.there.account.channel, self.there.account.account)
            assert found is not None
            return found
