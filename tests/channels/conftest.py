"""Platforms on loopback, the real application behind their webhooks, and the cast's own chats."""

import itertools
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.app import create_app
from api.channels import accounts
from api.channels.contract import Account
from api.channels.models import ChannelEvent
from api.channels.registry import platform
from api.conversations.intake import find_conversation
from api.conversations.models import Conversation, Message
from api.core import web
from api.core.clock import FixedClock, SystemClock
from api.core.db import transaction
from tests.fakes.bot import ScriptedBot
from tests.fakes.control import Control
from tests.fakes.platforms.app import create_app as create_fakes
from tests.fakes.server import serving
from tests.fakes.town import worker

if TYPE_CHECKING:
    from tests.channels.lan import Lan

_users = itertools.count(70_000)


@pytest.fixture(scope="session")
def fakes() -> Iterator[str]:
    """Address of the three fake platforms."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(create_fakes(f"http://127.0.0.1:{port}"), port) as base:
        yield base


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20) as made:
        yield made


@pytest.fixture
def on(fakes: str, client: httpx.Client) -> Callable[[str], Control]:
    """The hand on one platform, which has forgotten everything."""

    def control(name: str) -> Control:
        made = Control(fakes, name, client)
        made.reset()
        made.set(webhook=None)
        return made

    return control


@pytest.fixture
def clean(committed: str) -> None:
    """No account, no conversation: what tests leave is removed."""
    accounts._cached.clear()
    accounts._seen.clear()


@pytest.fixture
def user() -> str:
    """A new citizen's id at the platform."""
    return str(next(_users))


@dataclass
class Street:
    """One platform connected to the running application, a bot behind it."""

    control: Control
    account: Account
    bot: ScriptedBot
    url: str

    def messages(self, user: str, direction: str | None = None) -> list[Message]:
        with transaction() as session:
            thread = self.thread(session, user)
            if thread is None:
                return []
            query = select(Message).where(Message.conversation_id == thread.id).order_by(Message.id)
            return list(session.scalars(query.where(Message.direction == direction) if direction else query))

    def thread(self, session: Session, user: str) -> Conversation | None:
        return find_conversation(session, self.account.channel, self.account.account, user)

    def events(self) -> list[ChannelEvent]:
        with transaction() as session:
            return list(session.scalars(select(ChannelEvent).order_by(ChannelEvent.id)))


@pytest.fixture
def api(committed: str) -> Iterator[str]:
    """Address of the real application."""
    web._limiter.storage.reset()
    with serving(create_app()) as base:
        yield base


@pytest.fixture
def connect(clean: None, api: str, on: Callable[[str], Control]) -> Callable[..., Street]:
    """Connect a platform: account kept, webhook set."""

    def connected(name: str, **settings: object) -> Street:
        control = on(name)
        account = control.account(**settings)
        with transaction() as session:
            given = {"settings": account.settings, "secrets": account.secrets}
            accounts.connect(session, name, account.account, name="thử", now=SystemClock().now(), **given)
        url = f"{api}/hooks/{name}/{account.account}"
        if settings.get("mode") != "polling":
            platform(name).set_webhook(account, url)
            control.set(webhook=url)
        return Street(control, account, ScriptedBot(), url)

    return connected


@pytest.fixture
def street(connect: Callable[..., Street], committed: str) -> Iterator[Callable[..., Street]]:
    """Connect a platform and let a worker run."""
    running = []

    def started(name: str, **settings: object) -> Street:
        made = connect(name, **settings)
        running.append(worker(made.bot, SystemClock(), committed))
        running[-1].__enter__()
        return made

    yield started
    for one in running:
        one.__exit__(None, None, None)


@pytest.fixture
def hours() -> FixedClock:
    """A clock that a test moves. It starts now: rows made by other clocks must not lie in its future."""
    return FixedClock(datetime.now(UTC))


@pytest.fixture
def lan(connect: Callable[..., Street], user: str, hours: FixedClock) -> Callable[..., "Lan"]:
    """Lan on a platform that a test names."""
    from tests.channels.lan import Lan

    return lambda name, **settings: Lan(connect(name, **settings), user, hours)
