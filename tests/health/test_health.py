"""/health names each part and stays truthful when one is away."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.core.clock import FixedClock
from api.core.db import transaction
from api.health import routes


@pytest.fixture
def client(committed: str, clock: FixedClock) -> Iterator[TestClient]:
    with TestClient(create_app(clock)) as made:
        yield made


@pytest.fixture
def _bot_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes.httpx, "get", lambda *_, **__: httpx.Response(200))


@pytest.fixture
def _worker(committed: str, clock: FixedClock) -> Iterator[None]:
    with transaction() as session:
        session.execute(text("insert into procrastinate_workers (last_heartbeat) values (:at)"), {"at": clock.now()})
    yield
    with transaction() as session:
        session.execute(text("delete from procrastinate_workers"))


@pytest.mark.usefixtures("_bot_up", "_worker")
def test_all_is_well(client: TestClient, clock: FixedClock) -> None:
    answer = client.get("/health")
    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "ok")
    assert [body[part]["state"] for part in ("database", "bot", "worker")] == ["up", "up", "up"]
    assert body["queue"]["waiting"] >= 0
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("_bot_up", "_worker")
def test_a_worker_whose_heart_stopped_is_down(client: TestClient, clock: FixedClock) -> None:
    clock.move(timedelta(minutes=1))
    body = client.get("/health").json()
    assert (body["status"], body["worker"]["state"]) == ("degraded", "down")


@pytest.mark.usefixtures("_worker")
def test_without_the_bot_it_is_degraded_but_alive(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> httpx.Response:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(routes.httpx, "get", refuse)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"], answer.json()["bot"]["state"]) == (200, "degraded", "down")


@pytest.mark.usefixtures("_bot_up")
def test_without_the_database_it_is_down(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("select 1", {}, ConnectionError())

    monkeypatch.setattr(routes, "transaction", away)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"], answer.json()["database"]["state"]) == (503, "down", "down")
