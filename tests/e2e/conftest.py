"""A headless Chromium and the application with a scripted bot, for tests that walk pages."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from api.app import create_app
from api.channels.contract import Button, OutgoingMessage
from api.core import web
from api.core.clock import SystemClock
from tests.e2e.steps import PHONE, ready
from tests.fakes.bot import ARTICLE, TICKET, ScriptedBot, rating, turns
from tests.fakes.server import serving

CHOICES = (Button("Đúng rồi", "/affirm"), Button("Sửa lại", "/correct"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "these tests walk Debian's chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
        made = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield made
        made.close()


@pytest.fixture
def bot() -> ScriptedBot:
    return ScriptedBot(
        {
            "Đèn": OutgoingMessage("Em ghi: đèn đường hỏng ở ngõ 12.\nĐúng chưa ạ?", CHOICES),
            "/affirm": OutgoingMessage("Phản ánh HD-26-000123 đã tới Xí nghiệp Chiếu sáng.", (), TICKET),
            "khai sinh": OutgoingMessage("Cần mấy thứ sau ạ.", (), ARTICLE),
            "đánh giá": rating(),
            "/rate": OutgoingMessage("Em cảm ơn anh/chị."),
            "thẻ mới": OutgoingMessage("Thẻ lạ thì em viết bằng chữ.", (), {"kind": "hologram"}),
        }
    )


@pytest.fixture
def address(committed: str, bot: ScriptedBot) -> Iterator[str]:
    web._limiter.storage.reset()
    clock = SystemClock()
    with serving(create_app(clock)) as made, turns(bot, clock, committed):
        yield made


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=address, viewport=PHONE, locale="vi-VN", has_touch=True)
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    made = context.new_page()
    made.goto("/")
    ready(made)
    return made
