"""The door: webhooks a second against bare commits, and how long a citizen waits against Rasa's own REST channel.

A webhook is counted when its 200 has arrived: its message and its job are durable by then. Beside it the same number of
clients insert and commit one row each, with the same body, into the same PostgreSQL, in turns with the webhooks.
"""

import itertools
import json
import os
import socket
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import httpx
import psycopg

from api.channels import accounts
from api.core.clock import SystemClock
from api.core.db import transaction
from api.core.settings import ROOT
from tests.bench.figures import Figure
from tests.bench.ground import own_database
from tests.bench.turns import QUESTION, rest
from tests.fakes.control import Control, until
from tests.product import ANSWER_SECONDS, Product, free_port
from tests.soak.parts import Parts, running

SECONDS, ROUNDS = 5.0, 3
CLIENTS = (1, 8, 20)  # we let Telegram open twenty connections
CHATS = 25  # of each client: most messages come from people who have written before
LEAST_RATIO = 0.5
SECRET = "a-secret-of-the-webhook"
ASKED = 60  # questions whose answers are timed
Act = Callable[[], object]
_numbers = itertools.count(1)


def measure() -> list[Figure]:
    return [*at_the_door(), *until_the_answer()]


def at_the_door() -> list[Figure]:
    """API alone on a database of its own: nobody works off what is accepted, so that only the door is measured."""
    figures: list[Figure] = []
    with own_database() as uri, running("http://127.0.0.1:9", worker=False) as parts:
        with transaction() as session:
            given = {"settings": {}, "secrets": {"token": "1:x", "webhook_secret": SECRET}}
            accounts.connect(session, "telegram", "bench_bot", name="bench", now=SystemClock().now(), **given)
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute("create table bare (id bigint generated always as identity primary key, body jsonb not null)")
        for clients in CLIENTS:
            bare, door = in_turns(uri, parts, clients)
            name = f"{clients} máy gửi"
            figures += [
                Figure(f"Ghi trần một dòng một lần, {name}", bare, "lần/s"),
                Figure(f"Webhook được nhận, {name}", door, "lần/s"),
                Figure(f"Webhook so với ghi trần, {name}", door / bare, "lần", LEAST_RATIO, least=True),
            ]
        with transaction() as session:
            kept = session.connection().exec_driver_sql("select count(*) from message").scalar_one()
        figures.append(Figure("Tin đã lưu", kept, "tin"))
    return figures


def in_turns(uri: str, parts: Parts, clients: int) -> tuple[float, float]:
    """Bare commits and webhooks a second, each the median of its rounds."""
    bare, door = [], []
    for _ in range(ROUNDS):
        bare.append(rate([lambda: bare_client(uri)] * clients))
        door.append(rate([lambda: door_client(parts.address)] * clients))
    return statistics.median(bare), statistics.median(door)


@contextmanager
def bare_client(uri: str) -> Iterator[Act]:
    bodies = updates()
    with psycopg.connect(uri, autocommit=True) as connection:
        yield lambda: connection.execute("insert into bare (body) values (%s)", (next(bodies),))


@contextmanager
def door_client(address: str) -> Iterator[Act]:
    """A connection that stays open, as the platforms keep theirs; spoken by hand so that the client costs next to nothing."""
    place = urlsplit(address)
    head = (
        f"POST /hooks/telegram/bench_bot HTTP/1.1\r\nhost: {place.netloc}\r\ncontent-type: application/json\r\n"
        f"x-telegram-bot-api-secret-token: {SECRET}\r\ncontent-length: "
    )
    bodies = updates()
    with closing(socket.create_connection((str(place.hostname), int(place.port or 80)))) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def post() -> None:
            body = next(bodies)
            line.sendall(f"{head}{len(body)}\r\n\r\n{body}".encode())
            answer = line.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200"), answer

        for _ in range(CHATS):  # everybody has written before
            post()
        yield post


def updates() -> Iterator[str]:
    """Telegram's updates, each a message of its own from one of the client's citizens; ASCII, so that length is length."""
    base = next(_numbers) * 1_000
    for number in itertools.count(1):
        person = {"id": base + number % CHATS, "is_bot": False, "first_name": "Lan"}
        message = {"message_id": number, "date": 1789033572, "chat": {**person, "type": "private"}, "from": person}
        yield json.dumps(
            {"update_id": base * 1_000_000 + number, "message": {**message, "text": "Den duong ngo 12 hong 3 hom roi"}}
        )


def rate(clients: Sequence[Callable[[], "contextmanager[Act]"]]) -> float:  # type: ignore[type-var]
    """Acts a second of all clients together."""
    counts, errors = [0] * len(clients), []
    begin = threading.Barrier(len(clients) + 1)

    def work(index: int) -> None:
        try:
            with clients[index]() as act:  # type: ignore[attr-defined]
                begin.wait(60)
                end = time.monotonic() + SECONDS
                while time.monotonic() < end:
                    act()
                    counts[index] += 1
        except Exception as error:
            errors.append(error)
            begin.abort()

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(clients))]
    for thread in threads:
        thread.start()
    begin.wait(60)
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sum(counts) / SECONDS


@dataclass
class Waits:
    """Seconds from question to answer."""

    seconds: list[float]

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1] * 1000


def until_the_answer() -> list[Figure]:
    """The whole product with the real bot behind a fake Telegram, one question at a time, in turns with Rasa alone."""
    with TemporaryDirectory(prefix="ln-bench", dir="/tmp", ignore_cleanup_errors=True) as folder:
        os.environ["LANGNGHE_FAKES_PORT"] = str(free_port())
        command = [str(ROOT / ".venv" / "bin" / "langnghe"), "up", "--fake-channels"]
        product = Product(Path(folder), free_port(), free_port(), command)
        try:
            product.wait_ready()
            ours, rasas = timed(product)
        finally:
            product.interrupt()
    return [
        Figure("Từ webhook đến câu trả lời, p95: Lắng Nghe", ours.p95, "ms"),
        Figure("Câu trả lời qua kênh REST của Rasa, p95", rasas.p95, "ms"),
        Figure("Thêm so với Rasa, p95", ours.p95 - rasas.p95, "ms"),
    ]


def timed(product: Product) -> tuple[Waits, Waits]:
    ours, rasas = Waits([]), Waits([])
    with httpx.Client(trust_env=False, timeout=ANSWER_SECONDS) as client:
        telegram = Control(f"http://127.0.0.1:{os.environ['LANGNGHE_FAKES_PORT']}", "telegram", client)
        alone = rest(product.bot_address)
        for number in range(-5, ASKED):  # the first do not count
            user = str(uuid.uuid4().int % 10**9)
            telegram.say(user, QUESTION)
            [answer, *_] = until(lambda user=user: telegram.heard(user), ANSWER_SECONDS)  # type: ignore[misc]
            waited = answer["at"] - telegram.chat(user)[0]["at"]
            begun = time.monotonic()
            alone()
            if number >= 0:
                ours.seconds.append(waited)
                rasas.seconds.append(time.monotonic() - begun)
    return ours, rasas
