"""The page of the fake platforms: it offers only what each platform's own app can send, and shows what comes back."""

import socket
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import browser  # noqa: F401 - a fixture
from tests.fakes.platforms.app import CITIZENS
from tests.fakes.platforms.app import create_app as create_fakes
from tests.fakes.server import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def fakes() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(create_fakes(f"http://127.0.0.1:{port}", citizens=CITIZENS), port) as base:
        yield base


def test_chatting_as_a_citizen(browser: Browser, fakes: str) -> None:  # noqa: F811
    page = browser.new_page(viewport={"width": 400, "height": 760})
    page.goto(fakes)
    expect(page.get_by_role("status")).to_have_text("Kênh này chưa được kết nối với Lắng Nghe.")
    place, phone = page.get_by_role("button", name="Vị trí"), page.get_by_role("button", name="Số điện thoại")
    expect(place).to_be_hidden()  # a Zalo Bot is sent neither
    expect(phone).to_be_hidden()
    page.get_by_label("Nền tảng").select_option("telegram")
    expect(place).to_be_visible()
    expect(phone).to_be_visible()
    page.get_by_placeholder("Nhập tin nhắn").fill("Đèn đường hỏng")
    page.get_by_role("button", name="Gửi").click()
    expect(page.locator(".line.mine")).to_have_text("Đèn đường hỏng")
    # the product answers, as Telegram's clients call it
    keyboard = '{"inline_keyboard": [[{"text": "Đồng ý", "callback_data": "m1:0"}]]}'
    body = {"chat_id": CITIZENS[0], "text": "Gửi nhé?", "reply_markup": keyboard}
    httpx.post(f"{fakes}/telegram/bot1001:fake-telegram-token/sendMessage", json=body, trust_env=False).raise_for_status()
    page.get_by_role("button", name="Đồng ý").click()
    expect(page.locator(".line.mine").last).to_have_text("Đồng ý")
    options = page.get_by_label("Người dân").locator("option").evaluate_all("all => all.map(one => one.value)")
    assert tuple(options) == CITIZENS
