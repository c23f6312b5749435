"""Chat turns a second: through the whole product (stored, queued, answered, streamed) and through Rasa's bare REST channel."""

import itertools
import threading
import time
import uuid
from collections.abc import Callable, Sequence

import httpx

from tests.bench.figures import Figure
from tests.product import Citizen, Product

SECONDS = 12.0  # of each of the four runs
WARM_UP = 3  # turns of each citizen that do not count
QUESTION = "em là ai vậy?"  # answered by Rasa alone: what is compared is the way there and back
CROWD = 8
# one visitor may send 60 messages a minute and one address make 30 visitors: a citizen here speaks as several in turn
VISITORS = 24
Turn = Callable[[], object]


def measure(product: Product) -> list[Figure]:
    """Rasa's turns and ours, alternating, with 1 and with 8 citizens at a time."""
    visitors = [Citizen(product.address) for _ in range(VISITORS)]
    figures: list[Figure] = []
    for crowd in (1, CROWD):
        share = VISITORS // crowd
        ours = rate([web(visitors[i * share : (i + 1) * share]) for i in range(crowd)])
        rasas = rate([rest(product.bot_address) for _ in range(crowd)])
        figures += [
            Figure(f"Lượt trò chuyện, {crowd} người: Lắng Nghe", ours, "lượt/s"),
            Figure(f"Lượt trò chuyện, {crowd} người: kênh REST của Rasa", rasas, "lượt/s"),
            Figure(f"Lượt trò chuyện, {crowd} người: tỷ lệ", ours / rasas, "lần"),
        ]
    return figures


def web(visitors: Sequence[Citizen]) -> Turn:
    speakers = itertools.cycle(visitors)
    return lambda: next(speakers).ask(QUESTION)


def rest(address: str) -> Turn:
    client = httpx.Client(base_url=address, timeout=30)
    sender = str(uuid.uuid4())

    def turn() -> None:
        body = {"sender": sender, "message": QUESTION}
        assert client.post("/webhooks/rest/webhook", json=body).raise_for_status().json()

    return turn


def rate(turns: Sequence[Turn]) -> float:
    """Turns a second of all together, each taking the next turn when the last is answered."""
    counts = [0] * len(turns)
    begin = threading.Barrier(len(turns) + 1)
    errors: list[Exception] = []

    def citizen(number: int, turn: Turn) -> None:
        try:
            for _ in range(WARM_UP):
                turn()
            begin.wait()
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                turn()
                counts[number] += 1
        except Exception as error:
            errors.append(error)
            begin.abort()

    threads = [threading.Thread(target=citizen, args=item) for item in enumerate(turns)]
    for thread in threads:
        thread.start()
    try:
        begin.wait()
        started = time.monotonic()
    except threading.BrokenBarrierError:
        raise errors[0] from None
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sum(counts) / (time.monotonic() - started)
