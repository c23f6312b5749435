"""The leaders' dashboard in a real browser: figures, charts, tables, their files, a change without reload, for everybody."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from api.app import create_app
from api.cli.demo_data import load
from api.core import web
from api.core.clock import SystemClock
from api.core.db import transaction
from api.departments.models import Role
from api.departments.staff import add_staff
from tests.cast import CLEANING, LIGHTING, PASSWORD, report
from tests.fakes.server import serving

pytestmark = pytest.mark.browser
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)
Open = Callable[[str, ViewportSize], Page]
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
        made = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        yield made
        made.close()


@pytest.fixture
def address(committed: str) -> Iterator[str]:
    web._limiter.storage.reset()
    with transaction() as session:
        add_staff(session, "dung", "Phạm Tiến Dũng", PASSWORD, Role.LEADER)
        add_staff(session, "chi", "Trần Thị Chi", PASSWORD, Role.CLERK, CLEANING)
    with serving(create_app(SystemClock())) as made:
        yield made


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Open]:
    """A page for somebody signed in; closed before the server is."""
    contexts: list[BrowserContext] = []

    def sign_in(username: str, viewport: ViewportSize) -> Page:
        contexts.append(browser.new_context(base_url=address, viewport=viewport, locale="vi-VN", reduced_motion="reduce"))
        return signed_in(contexts[-1].new_page(), username)

    yield sign_in
    for context in contexts:
        context.close()


def signed_in(page: Page, username: str) -> Page:
    page.set_default_timeout(15_000)
    page.troubles = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.troubles.append(str(error)))  # type: ignore[attr-defined]
    page.on("console", lambda said: said.type == "error" and page.troubles.append(said.text))  # type: ignore[attr-defined]
    page.goto("/admin/dang-nhap?next=/admin/thong-ke")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator(".tile")).to_have_count(6)
    return page


def clean(page: Page) -> None:
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
    assert page.troubles == []  # type: ignore[attr-defined]


def test_a_leader_reads_the_figures_and_sees_them_move(opened: Open) -> None:
    with transaction() as session:
        load(session, datetime.now(UTC) - timedelta(minutes=5))
    page = opened("dung", DESK)
    expect(page.get_by_text("dữ liệu mẫu")).to_be_visible()
    expect(page.locator("[data-chart] canvas")).to_have_count(4)
    assert page.locator("[data-chart]").first.get_attribute("aria-label"), "a chart says in words what it shows"
    expect(page.locator(".dash-map path.leaflet-interactive").first).to_be_visible()
    clean(page)

    # every chart is a table as well, and stays open when the figures change
    page.locator("#twin-who summary").press("Enter")
    expect(page.locator("#twin-who tbody tr").first).to_be_visible()
    received = page.locator(".tile-received b")
    before = received.inner_text()
    with page.expect_response(lambda answer: answer.url.endswith("/admin/luong")):
        page.reload()
    page.locator("#twin-who summary").press("Enter")
    page.wait_for_function("document.querySelectorAll('[data-chart] canvas').length === 4")
    with transaction() as session:
        report(session, datetime.now(UTC))
    expect(received).not_to_have_text(before)
    expect(page.locator("#twin-who tbody tr").first).to_be_visible()
    expect(page.locator("[data-chart] canvas")).to_have_count(4)

    # another period, one department, a file
    page.get_by_role("link", name="12 tháng qua").click()
    expect(page.get_by_role("heading", name="Tiếp nhận và giải quyết theo tuần")).to_be_visible()
    page.get_by_label("Đơn vị", exact=True).select_option(LIGHTING)
    expect(page.get_by_role("heading", name="Thống kê · Xí nghiệp Chiếu sáng")).to_be_visible()
    assert "ky=12-thang" in page.url
    page.get_by_role("button", name="Xuất số liệu").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tất cả bảng (Excel)").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    clean(page)


def test_it_is_legible_on_a_phone(opened: Open) -> None:
    with transaction() as session:
        load(session, datetime.now(UTC) - timedelta(minutes=5))
    page = opened("dung", PHONE)
    expect(page.locator("[data-chart] canvas")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for twin in page.locator(".twin summary").all():
        twin.click()
    clean(page)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_an_empty_department_is_told_what_to_do(opened: Open) -> None:
    page = opened("chi", DESK)
    expect(page.get_by_text("Chưa có phản ánh trong khoảng này")).to_be_visible()
    expect(page.get_by_label("Đơn vị", exact=True)).to_have_count(0)
    clean(page)


def test_days_of_a_leaders_own_are_typed_and_found_again(opened: Open) -> None:
    page = opened("dung", DESK)
    page.get_by_label("Từ ngày").fill("01112026")
    page.get_by_label("đến ngày").fill("05/11/2026")
    page.get_by_label("đến ngày").press("Enter")
    expect(page.locator(".dash-period")).to_contain_text("01/11/2026 – 05/11/2026")
    expect(page.get_by_label("Từ ngày")).to_have_value("01/11/2026")
    clean(page)
