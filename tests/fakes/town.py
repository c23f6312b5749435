"""The whole way without separate processes: fakes, the real web application, and a worker's loop in a thread."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from sqlalchemy import select

from api.conversations.bot import Bot
from api.conversations.delivery import ON_THE_WAY, deliver_waiting
from api.conversations.models import InStatus, Message
from api.conversations.turn import handle_waiting
from api.core.clock import Clock
from api.core.db import transaction
from api.core.errors import OutsideFailure


@contextmanager
def worker(bot: Bot, clock: Clock, uri: str) -> Iterator[None]:
    """Turns and deliveries while the block runs, woken by the database, and looking again for what had to wait."""
    stop = threading.Event()
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("listen conversation")

        def work() -> None:
            while not stop.is_set():
                for _ in connection.notifies(timeout=0.05, stop_after=1):
                    pass
                for key in waiting():
                    with suppress(OutsideFailure):
                        handle_waiting(key, bot, clock, transaction)
                    deliver_waiting(key, clock, transaction)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(20)


def waiting() -> list[uuid.UUID]:
    """Conversations in which something waits, in either direction."""
    with transaction() as session:
        query = select(Message.conversation_id).where(Message.status.in_([InStatus.RECEIVED, *ON_THE_WAY])).distinct()
        return list(session.scalars(query))
