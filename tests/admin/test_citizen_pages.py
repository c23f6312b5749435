"""The citizens' pages without a browser: headers, words, the page that is not there, the whole article."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from admin import citizen
from api.app import create_app
from api.core.clock import FixedClock
from api.knowledge import routes
from api.knowledge.models import Article

HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def client(database: str, clock: FixedClock) -> Iterator[TestClient]:
    with TestClient(create_app(clock)) as made:
        yield made


def test_the_chat_says_first_that_it_is_a_machine_and_how_to_reach_a_person(client: TestClient) -> None:
    page = client.get("/").text
    assert "trợ lý tự động" in page
    assert "gặp cán bộ" in page
    for number in ("113", "114", "115"):
        assert f'href="tel:{number}"' in page


@pytest.mark.parametrize("path", ["/", "/chat/embed", "/khong-co", "/docs"])
def test_pages_need_nothing_from_elsewhere_and_run_no_inline_script(client: TestClient, path: str) -> None:
    page = client.get(path, headers=HTML).text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert " style=" not in page
    assert '<html lang="vi">' in page


@pytest.mark.parametrize("path", ["/", "/chat/embed"])
def test_every_own_file_that_a_page_names_is_there(client: TestClient, path: str) -> None:
    files = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', client.get(path).text))
    assert any(name.endswith("chat.js") for name in files)
    for name in sorted(f for f in files if "/vendor/" not in f):
        assert client.get(name).status_code == 200, name


def test_every_glyph_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (citizen.STATIC / "citizen" / "icons.svg").read_text()))
    used: set[str] = set()
    for path in (citizen.HERE / "templates" / "citizen").glob("*.html"):
        used |= set(re.findall(r'icon\("([a-z0-9-]+)"\)', path.read_text()))
    for path in (citizen.STATIC / "citizen" / "chat").glob("*.js"):
        used |= set(re.findall(r'icon\("([a-z0-9-]+)"\)', path.read_text()))
    assert used <= drawn


def test_only_the_embedded_chat_may_be_framed_elsewhere(client: TestClient) -> None:
    assert client.get("/chat/embed").headers["content-security-policy"].endswith("frame-ancestors *")
    assert client.get("/").headers["content-security-policy"].endswith("frame-ancestors 'self'")


def test_the_widget_may_be_loaded_by_other_sites(client: TestClient) -> None:
    answer = client.get("/widget.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_person_gets_a_page_and_a_program_a_problem_for_what_is_not_there(client: TestClient) -> None:
    page = client.get("/khong-co", headers=HTML)
    assert (page.status_code, "Không tìm thấy trang này" in page.text) == (404, True)
    for path in ("/khong-co", "/api/v1/khong-co"):
        assert client.get(path).headers["content-type"] == "application/problem+json"
    assert client.get("/api/v1/khong-co", headers=HTML).headers["content-type"] == "application/problem+json"


def test_an_article_is_shown_whole_and_escaped() -> None:
    article = Article(
        code="birth_registration",
        title="Đăng ký khai sinh",
        summary="Nộp trong 60 ngày <b>kể từ khi sinh</b>.",
        body={
            "papers": ["Giấy chứng sinh"],
            "fee": "Miễn phí",
            "time": "Trong ngày",
            "where": "UBND cấp xã",
            "steps": ["Nộp hồ sơ"],
            "online_url": "javascript:alert(1)",
        },
        keywords=[],
        source="Cổng Dịch vụ công Quốc gia",
        checked_on=date(2026, 11, 1),
    )
    request = Request({"type": "http", "method": "GET", "path": "/bai-viet/x", "headers": [], "query_string": b""})
    page = bytes(routes.templates.TemplateResponse(request, "citizen/article.html", {"article": article}).body).decode()
    assert "&lt;b&gt;kể từ khi sinh&lt;/b&gt;" in page
    assert "Giấy chứng sinh" in page
    assert "01/11/2026" in page
    assert "javascript:" not in page
