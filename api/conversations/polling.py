"""Development without a public address: the worker asks the platforms itself. One process at a time owns an account."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from api.channels import accounts
from api.channels.registry import platform
from api.conversations.events import take
from api.core.clock import Clock
from api.core.db import engine, transaction
from api.core.errors import OutsideFailure

log = logging.getLogger(__name__)
POLL_SECONDS = 20  # that a platform keeps a question open
LOOK_SECONDS = 5.0  # between two looks at the accounts, and after a failure
LOCKS = 8161  # our class of advisory locks


class Poller:
    """A thread for each account in polling mode. They are daemons: whatever they hold is rolled back when we end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stop = threading.Event()
        self._threads: dict[tuple[str, str], threading.Thread] = {}

    def start(self) -> None:
        threading.Thread(target=self._watch, name="polling", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                for key in polled():
                    if key not in self._threads or not self._threads[key].is_alive():
                        self._threads[key] = threading.Thread(target=self._own, args=key, name=f"poll {key[0]}", daemon=True)
                        self._threads[key].start()
            except Exception as error:  # the database may be away for a while; looking must go on
                log.warning("polling: %s", type(error).__name__)
            self._stop.wait(LOOK_SECONDS)

    def _own(self, channel: str, account: str) -> None:
        """Poll one account until it is no longer to be polled, or another process owns it."""
        try:
            with owned(channel, account) as mine:
                while mine and not self._stop.is_set() and (channel, account) in polled():
                    if not poll_once(channel, account, self._clock):
                        self._stop.wait(LOOK_SECONDS)
        except Exception as error:  # the watcher starts it again
            log.warning("polling %s: %s", channel, type(error).__name__)


def polled() -> set[tuple[str, str]]:
    """The accounts that are to be polled."""
    with transaction() as session:
        rows = accounts.listing(session)
        return {(r.channel, r.account) for r in rows if r.state == "connected" and r.settings.get("mode") == "polling"}


@contextmanager
def owned(channel: str, account: str) -> Iterator[bool]:
    """Whether this process may poll the account, as long as the block runs; the database frees it if we die."""
    with engine().connect() as connection:
        key = {"locks": LOCKS, "name": f"{channel}:{account}"}
        mine = connection.scalar(text("select pg_try_advisory_lock(:locks, hashtext(:name))"), key)
        connection.commit()
        try:
            yield bool(mine)
        finally:
            if mine:
                connection.scalar(text("select pg_advisory_unlock(:locks, hashtext(:name))"), key)
                connection.commit()


def poll_once(channel: str, account: str, clock: Clock, seconds: int = POLL_SECONDS) -> bool:
    """Ask once and write down what came, with the cursor that confirms it. False if the platform did not answer."""
    with transaction() as session:
        row = accounts.find(session, channel, account)
        if row is None:
            return False
        known, cursor = accounts.opened(row), row.cursor
    try:
        payloads, cursor = platform(channel).poll(known, cursor, seconds)
    except OutsideFailure as failure:
        with transaction() as session:
            accounts.failed(session, known, str(failure), clock.now())
        return False
    with transaction() as session:
        for payload in payloads:
            take(session, channel, account, payload, clock.now())
        if payloads and (row := accounts.find(session, channel, account)) is not None:
            row.cursor = cursor
    return True
