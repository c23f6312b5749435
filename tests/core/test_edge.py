"""The outermost edge: bodies that are too long, headers on every answer."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient

from api.core.edge import EMBEDDED, BodyLimit, SecurityHeaders
from api.core.web import install_problem_handlers

SENTENCE = "Nội dung gửi lên lớn quá (tối đa 1 KB)."


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    install_problem_handlers(app)

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    @app.post("/json")
    def parsed(body: dict[str, str]) -> int:
        return len(body)

    for path in ("/", "/admin/x", EMBEDDED):
        app.get(path, response_class=HTMLResponse)(lambda: "<p>xin chào</p>")
    app.add_middleware(BodyLimit, limit=1000, sentence=SENTENCE)
    app.add_middleware(SecurityHeaders)
    with TestClient(app) as made:
        yield made


def _pieces(count: int) -> Iterator[bytes]:
    """A body without a declared length."""
    for _ in range(count):
        yield b"x" * 100


def test_a_body_within_the_limit_passes(client: TestClient) -> None:
    assert client.post("/length", content=b"x" * 1000).json() == 1000
    assert client.post("/length", content=_pieces(10)).json() == 1000


def test_a_longer_body_is_refused_with_the_sentence(client: TestClient) -> None:
    answer = client.post("/length", content=b"x" * 1001)
    assert (answer.status_code, answer.json()["detail"]) == (413, SENTENCE)


@pytest.mark.parametrize("path", ["/length", "/json"])
def test_a_body_that_hides_its_length_is_counted(client: TestClient, path: str) -> None:
    answer = client.post(path, content=_pieces(11), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "ancestors", "styles"),
    [("/", "'self'", "style-src 'self';"), (EMBEDDED, "*", "style-src 'self';"), ("/admin/x", "'none'", "'unsafe-inline'")],
)
def test_pages_name_who_may_frame_them_and_run_no_inline_script(
    client: TestClient, path: str, ancestors: str, styles: str
) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors {ancestors}")
    assert "script-src 'self';" in policy
    assert styles in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_data_carries_the_plain_headers_only(client: TestClient) -> None:
    headers = client.post("/length", content=b"x").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in headers
