"""The web chat's API on a real database, over HTTP, with one citizen who has just opened the page."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from starlette.testclient import TestClient as Client

from api.app import create_app
from api.core import web
from api.core.clock import FixedClock

JPEG = "image/jpeg"


def jpeg(width: int = 64, height: int = 48, colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()


@dataclass
class Visitor:
    """A browser with a token."""

    client: Client
    token: str
    conversation_id: str

    def __post_init__(self) -> None:
        self._ids = count(1)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, **body: Any) -> Any:
        body.setdefault("client_id", f"m-{next(self._ids)}")
        return self.client.post("/api/v1/chat/messages", json=body, headers=self.headers)

    def thread(self, **query: int) -> dict[str, Any]:
        answer = self.client.get("/api/v1/chat/messages", params=query, headers=self.headers)
        assert answer.status_code == 200
        return dict(answer.json())

    def upload(self, data: bytes, name: str = "anh.jpg", mime: str = JPEG) -> Any:
        return self.client.post("/api/v1/chat/photos", files={"file": (name, data, mime)}, headers=self.headers)

    def photo(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)


@pytest.fixture
def client(committed: str, clock: FixedClock) -> Iterator[Client]:
    web._limiter.storage.reset()
    with TestClient(create_app(clock)) as made:
        yield made


@pytest.fixture
def newcomer(client: Client) -> Callable[[], Visitor]:
    """Open the page once more, as somebody else."""

    def make() -> Visitor:
        answer = client.post("/api/v1/chat/visitors")
        assert answer.status_code == 201
        return Visitor(client, **answer.json())

    return make


@pytest.fixture
def lan(newcomer: Callable[[], Visitor]) -> Visitor:
    return newcomer()
