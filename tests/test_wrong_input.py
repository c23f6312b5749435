"""Every public call gets what no honest client sends: a clear Vietnamese refusal, never a 500, nothing stored half."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.app import create_app
from api.core import web
from api.core.clock import FixedClock
from api.reference import operations, resolved

VIETNAMESE = re.compile("[À-ỹ]")
SQL = "'; drop table ticket; --"
HTML = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
NASTY: tuple[Any, ...] = (
    SQL,
    HTML,
    "",
    " ",
    "\x00",
    "a\x00b",
    "x" * 600_000,
    "e\u0301" * 3000,
    "\u202e\u200b\ufeff",
    "😀" * 5000,
    "../../etc/passwd",
    "%00",
    "NaN",
    -1,
    0,
    2**63,
    10**400,
    1e308,
    True,
    None,
    [],
    [[]],
    {},
    [None],
    ["x"] * 1000,
)
IN_ADDRESS = (
    "0",
    "-1",
    "9" * 400,
    "%00",
    "%FF%FE",
    "'%22%3E%3Cscript%3E",
    "..%2F..%2Fetc",
    "nan",
    "%20",
    "x" * 3000,
    "HD-26-999999",
)
BODIES: tuple[tuple[bytes, str], ...] = (
    (b"", "application/json"),
    (b"{", "application/json"),
    (b"null", "application/json"),
    (b"[]", "application/json"),
    (b'"x"', "application/json"),
    (b"\xff\xfe\x00", "application/json"),
    (b'{"text": "\xc3\x28"}', "application/json"),
    (
        b'{"text": "\\ud800", "description": "\\ud800", "reason": "\\ud800", "comment": "\\ud800", "score": 5}',
        "application/json",
    ),
    (b"[" * 50_000, "application/json"),
    (b'{"a":' * 50_000, "application/json"),
    (b"{}", "text/plain"),
    (b"<a/>", "application/xml"),
    (b"text=x", "application/x-www-form-urlencoded"),
    (b"--x", "multipart/form-data; boundary=x"),
    (b"--x", "multipart/form-data"),
    (b"{}", "nothing at all"),
)
TABLES = ("ticket", "ticket_event", "message", "media", "citizen_consent")


@dataclass
class Sweep:
    """The application, a visitor of it, and what its tables hold."""

    http: TestClient
    schema: dict[str, Any]
    engine: Engine

    def counts(self) -> dict[str, int]:
        with self.engine.connect() as connection:
            known = connection.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
            found = {name: connection.scalar(text(f"select count(*) from {name}")) for name in TABLES if name in known}
        return {name: count or 0 for name, count in found.items()}

    def call(self, method: str, path: str, **given: Any) -> httpx.Response:
        web._limiter.storage.reset()
        return self.http.request(method, path, **given)

    def refused_or_done(self, method: str, path: str, **given: Any) -> httpx.Response:
        """The answer, which is a success or a problem in Vietnamese; a refusal has changed nothing."""
        before = self.counts()
        answer = self.call(method, path, **given)
        assert answer.status_code < 500, (method, path[:80], str(given)[:200], answer.text[:300])
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", (method, path[:80], str(given)[:200])
            assert VIETNAMESE.search(answer.json()["detail"]), answer.text
            assert "Traceback" not in answer.text
            assert self.counts() == before, (method, path[:80], str(given)[:200])
        return answer


@pytest.fixture
def sweep(committed: str, clock: FixedClock, engine: Engine) -> Iterator[Sweep]:
    with TestClient(create_app(clock), raise_server_exceptions=False) as http:
        web._limiter.storage.reset()
        http.headers["Authorization"] = f"Bearer {http.post('/api/v1/chat/visitors').json()['token']}"
        http.headers["Idempotency-Key"] = "sweep-0001"
        yield Sweep(http, http.get("/openapi.json").json(), engine)


def calls(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    # the stream stays open for as long as somebody listens: it has tests of its own
    return [one for one in operations(schema) if not one[1].endswith("/stream")]


def filled(path: str) -> str:
    return re.sub(
        r"{(\w+)}", lambda found: {"media_id": "7f0c8a52-3f0b-4b7e-8a34-2b8f6b1f2a10"}.get(found[1], "HD-26-000001"), path
    )


def body_of(schema: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    found: dict[str, Any] = resolved(schema, content.get("schema", {}))
    return found


def test_strange_addresses_and_queries(sweep: Sweep) -> None:
    for method, path, operation in calls(sweep.schema):
        for value in IN_ADDRESS:
            if "{" in path:
                sweep.refused_or_done(method, re.sub(r"{\w+}", value, path), json={})
            for one in operation.get("parameters", []):
                if one["in"] == "query":
                    sweep.refused_or_done(method, f"{filled(path)}?{one['name']}={value}")


def test_strange_headers(sweep: Sweep) -> None:
    for method, path, _ in calls(sweep.schema):
        for name in ("Authorization", "Idempotency-Key", "Last-Event-ID"):
            for value in (b"", b"x", b"Bearer", b"Bearer " + b"x" * 8000, b"\xff\xfe\xc3\x28", SQL.encode(), b"9" * 400):
                sweep.refused_or_done(method, filled(path), headers={name: value}, json={})


def test_broken_bodies_and_wrong_content_types(sweep: Sweep) -> None:
    for method, path, operation in calls(sweep.schema):
        if "requestBody" not in operation:
            continue
        for content, kind in BODIES:
            answer = sweep.refused_or_done(method, filled(path), content=content, headers={"Content-Type": kind})
            assert answer.status_code >= 400, (path, content[:40], kind)


def test_every_field_with_every_nasty_value(sweep: Sweep) -> None:
    for method, path, operation in calls(sweep.schema):
        wanted = body_of(sweep.schema, operation)
        for field in wanted.get("properties", {}):
            for number, value in enumerate(NASTY):
                good = dict(wanted["examples"][0]) | {"client_id": f"{field}-{number}"}
                body = {name: given for name, given in good.items() if name in wanted["properties"]}
                sweep.refused_or_done(method, filled(path), json=body | {field: value})


def test_what_was_taken_comes_back_as_words_not_as_markup(sweep: Sweep) -> None:
    body = {"category": "street_light", "description": HTML + SQL, "place": SQL, "consent": True, "contact_name": HTML}
    made = sweep.call("POST", "/api/v1/tickets", json=body)
    assert made.status_code == 201
    read = sweep.call("GET", f"/api/v1/tickets/{made.json()['number']}")
    assert read.json()["description"] == HTML + SQL
    assert read.headers["content-type"] == "application/json"
    assert read.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/khong-co",
        "/api/v1/khong-co",
        "/api/v2/tickets",
        "/bai-viet/khong_co",
        "/bai-viet/%00",
        "/static/%00",
        "/static/../.env",
        "/hooks/x/y",
        "/chat/embed/x",
        "/bot/actions",
    ],
)
def test_addresses_that_are_not_there(sweep: Sweep, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        answer = sweep.call(method, path, content=b"x")
        assert 400 <= answer.status_code < 500, method
        assert method == "HEAD" or VIETNAMESE.search(answer.text), answer.text[:200]
