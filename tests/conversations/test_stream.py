"""The live stream over a real socket: what is committed arrives, once, in order, and after any break."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.channels.contract import OutgoingMessage
from api.conversations import routes
from api.conversations.outbox import say
from api.core import web
from api.core.clock import FixedClock
from api.core.db import transaction
from tests.fakes.bot import ScriptedBot, turns
from tests.fakes.server import serving

PATIENCE = 10  # seconds until a test that waits for an event gives up


@pytest.fixture
def http(committed: str, clock: FixedClock) -> Iterator[httpx.Client]:
    web._limiter.storage.reset()
    with serving(create_app(clock)) as address, httpx.Client(base_url=f"{address}/api/v1/chat", timeout=PATIENCE) as client:
        visitor = client.post("/visitors").json()
        client.headers["Authorization"] = f"Bearer {visitor['token']}"
        client.headers["X-Conversation"] = visitor["conversation_id"]
        yield client


def _say(http: httpx.Client, clock: FixedClock, words: str) -> None:
    with transaction() as session:
        say(session, uuid.UUID(http.headers["X-Conversation"]), OutgoingMessage(words), author="bot", now=clock.now())


Event = tuple[int, dict[str, Any]]


@contextmanager
def _events(http: httpx.Client, **how: Any) -> Iterator[Iterator[Event]]:
    """The stream's events as (id, thread). Leaving the block breaks the connection."""
    with http.stream("GET", "/stream", **how) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _parsed(answer.iter_lines())


def _parsed(lines: Iterator[str]) -> Iterator[Event]:
    found: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            found[name] = value
        elif "data" in found:
            yield int(found["id"]), json.loads(found["data"])
            found = {}


def _texts(events: Iterator[Event], count: int) -> tuple[list[str], int]:
    """The next `count` messages and the id of the last event."""
    texts: list[str] = []
    last = 0
    while len(texts) < count:
        last, thread = next(events)
        texts += [m["text"] for m in thread["messages"]]
    return texts, last


def test_what_is_said_arrives_at_once(http: httpx.Client, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "STREAM_LOOK_SECONDS", 3600.0)  # only the notification can wake the stream
    with _events(http) as events:
        next(events)
        _say(http, clock, "Em chào anh/chị")
        assert _texts(events, 1)[0] == ["Em chào anh/chị"]


def test_a_lost_notification_costs_seconds_only(http: httpx.Client, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "STREAM_LOOK_SECONDS", 0.05)
    monkeypatch.setattr("api.conversations.outbox.notify", lambda *_: None)
    with _events(http) as events:
        next(events)
        _say(http, clock, "không ai báo")
        assert _texts(events, 1)[0] == ["không ai báo"]


def test_a_broken_stream_resumes_without_loss_or_duplicates(http: httpx.Client, clock: FixedClock) -> None:
    _say(http, clock, "một")
    with _events(http) as events:
        seen, last = _texts(events, 1)
        _say(http, clock, "hai")
        more, last = _texts(events, 1)
    for words in ("ba", "bốn", "năm"):  # said while nobody listened
        _say(http, clock, words)
    with _events(http, headers={"Last-Event-ID": str(last)}) as events:
        rest, last = _texts(events, 3)
    assert [*seen, *more, *rest] == ["một", "hai", "ba", "bốn", "năm"]
    _say(http, clock, "sáu")
    with _events(http, params={"after": last}) as events:
        assert _texts(events, 1)[0] == ["sáu"]


def test_more_than_one_page_arrives_whole(http: httpx.Client, clock: FixedClock) -> None:
    with transaction() as session:
        for n in range(205):
            say(session, uuid.UUID(http.headers["X-Conversation"]), OutgoingMessage(f"{n}"), author="bot", now=clock.now())
    with _events(http) as events:
        assert _texts(events, 205)[0] == [str(n) for n in range(205)]


def test_typing_begins_with_the_question_and_ends_with_the_answer(
    http: httpx.Client, clock: FixedClock, committed: str
) -> None:
    bot = ScriptedBot()
    bot.gate.clear()
    with turns(bot, clock, committed), _events(http) as events:
        assert next(events)[1]["typing"] is False
        http.post("/messages", json={"client_id": "a", "text": "xin chào"})
        assert next(events)[1]["typing"] is True
        bot.gate.set()
        _, thread = next(events)
        assert ([m["text"] for m in thread["messages"]], thread["typing"]) == (["Em nghe: xin chào"], False)


def test_a_strangers_thread_stays_silent(http: httpx.Client, clock: FixedClock) -> None:
    token = http.post("/visitors").json()["token"]
    _say(http, clock, "chỉ cho Lan")
    with _events(http, headers={"Authorization": f"Bearer {token}"}) as events:
        assert next(events)[1]["messages"] == []


def test_an_expired_token_gets_no_stream(http: httpx.Client) -> None:
    assert http.get("/stream", headers={"Authorization": "Bearer cũ".encode()}).status_code == 401


def test_ten_at_once_keep_their_order_and_lose_nothing(http: httpx.Client, clock: FixedClock, committed: str) -> None:
    bot = ScriptedBot()
    with turns(bot, clock, committed), _events(http) as events:
        for n in range(10):
            http.post("/messages", json={"client_id": f"n-{n}", "text": f"câu {n}"})
        texts, _ = _texts(events, 20)
    assert [t for t in texts if t.startswith("câu")] == [f"câu {n}" for n in range(10)]
    assert [t for t in texts if t.startswith("Em nghe")] == [f"Em nghe: câu {n}" for n in range(10)]
