"""The public figures: right, without small numbers, without invented history."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.core import web
from api.core.clock import FixedClock
from api.core.db import transaction
from tests.cast import report


@pytest.fixture
def client(committed: str, clock: FixedClock) -> Iterator[TestClient]:
    web._limiter.storage.reset()
    with TestClient(create_app(clock)) as made:
        yield made


def write(clock: FixedClock, count: int, **changes: object) -> None:
    with transaction() as session:
        for _ in range(count):
            report(session, clock.now() - timedelta(days=2), **changes)


def test_small_counts_are_withheld_with_what_would_give_them_away(client: TestClient, clock: FixedClock) -> None:
    write(clock, 5)
    write(clock, 4, category="waste")
    write(clock, 2, category="noise")
    body = client.get("/api/v1/metrics/summary").json()
    assert body["total"]["received"] == 11
    assert body["total"]["stars"] is None
    counts = {part["code"]: part["received"] for part in body["categories"]}
    assert counts == {"street_light": 5, "waste": None, "noise": None}
    assert body["previous"] is None


def test_invented_history_is_never_published(client: TestClient, clock: FixedClock) -> None:
    write(clock, 5, demo=True)
    assert client.get("/api/v1/metrics/summary?span=months12").json()["total"]["received"] == 0


def test_only_running_periods_can_be_asked_for(client: TestClient) -> None:
    assert client.get("/api/v1/metrics/summary?span=custom").status_code == 422
    assert client.get("/api/v1/metrics/summary?span=quarter").status_code == 200


def test_it_is_not_asked_too_often(client: TestClient) -> None:
    answers = [client.get("/api/v1/metrics/summary").status_code for _ in range(31)]
    assert answers[-1] == 429
    assert set(answers[:-1]) == {200}
