"""The articles over HTTP: list, search, one, the page."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.core.clock import FixedClock
from api.core.web import install_problem_handlers
from api.knowledge.pack import articles
from api.knowledge.routes import router


@pytest.fixture
def client(database: str, clock: FixedClock) -> Iterator[TestClient]:
    app = FastAPI()
    app.state.clock = clock
    install_problem_handlers(app)
    app.include_router(router)
    with TestClient(app) as opened:
        yield opened


def test_paging_visits_every_article_once(client: TestClient) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get("/api/v1/articles", params={"cursor": cursor, "limit": 7}).json()
        seen += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(code for code, _ in articles())


def test_search_ranks_with_and_without_diacritics(client: TestClient) -> None:
    answers = [client.get("/api/v1/articles", params={"q": q}).json() for q in ("làm sổ đỏ lần đầu", "lam so do lan dau")]
    assert answers[0] == answers[1]
    assert answers[0]["items"][0]["code"] == "land_certificate"
    assert answers[0]["items"][0]["confident"] is True
    assert answers[0]["next_cursor"] is None


def test_search_without_a_find_is_an_empty_page(client: TestClient) -> None:
    assert client.get("/api/v1/articles", params={"q": "zzz"}).json() == {"items": [], "next_cursor": None}


def test_one_article_whole_without_the_staffs_stamp(client: TestClient) -> None:
    found = client.get("/api/v1/articles/permanent_residence").json()
    assert found["body"]["fee"].startswith("20.000 đồng")
    assert found["body"].get("edited") is None
    assert found["url"] == "/bai-viet/permanent_residence"


@pytest.mark.parametrize("path", ["/api/v1/articles/no_such_thing", "/bai-viet/no_such_thing"])
def test_what_is_not_there_is_a_problem_in_vietnamese(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"] == "Em chưa có bài hướng dẫn về thủ tục này."


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 1000}, {"q": "x" * 501}, {"cursor": "x" * 65}])
def test_limits_are_kept(client: TestClient, query: dict[str, str | int]) -> None:
    assert client.get("/api/v1/articles", params=query).status_code == 422


def test_the_page_shows_the_article(client: TestClient) -> None:
    page = client.get("/bai-viet/passport")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    for words in ("Hộ chiếu phổ thông", "200.000 đồng", "Kiểm tra ngày 26/11/2026", "TK01"):
        assert words in page.text


def test_the_reference_has_examples(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert schema["components"]["schemas"]["ArticleOut"]["examples"]
    listed = schema["paths"]["/api/v1/articles"]["get"]["responses"]["200"]["content"]["application/json"]
    assert listed["example"]["items"]
    assert "/bai-viet/{code}" not in schema["paths"]
