"""The chat on another site's page."""

import re
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import BrowserContext, Page, expect

from tests.fakes.bot import ScriptedBot
from tests.fakes.server import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def elsewhere(context: BrowserContext, address: str) -> Iterator[Callable[[str], Page]]:
    """A page of another origin that carries the widget."""
    site = FastAPI()
    attributes = ""

    @site.get("/", response_class=HTMLResponse)
    def home() -> str:
        script = f'<script src="{address}/widget.js" {attributes}></script>'
        return f'<!doctype html><html lang="vi"><title>Phường</title><body><h1>Phường</h1>{script}'

    def opened(with_attributes: str = "") -> Page:
        nonlocal attributes
        attributes = with_attributes
        page = context.new_page()
        page.goto(home_address)
        return page

    with serving(site) as home_address:
        yield opened


def test_the_widget_opens_the_chat_on_another_site(elsewhere: Callable[[str], Page], bot: ScriptedBot) -> None:
    page = elsewhere('data-label="Hỏi phường" data-side="left"')
    assert page.locator("iframe").count() == 0  # nothing of ours is loaded before it is wanted
    page.get_by_role("button", name=re.compile("^Hỏi phường")).click()
    chat = page.frame_locator("iframe")
    chat.locator("lang-nghe-chat[data-ready]").wait_for()
    chat.get_by_label("Nội dung tin nhắn").fill("xin chào từ phường")
    chat.get_by_label("Nội dung tin nhắn").press("Enter")
    expect(chat.get_by_text("Em nghe: xin chào từ phường")).to_be_visible()
    chat.get_by_role("button", name="Đóng khung trò chuyện").click()
    opener = page.get_by_role("button", name=re.compile("^Hỏi phường"))
    expect(opener).to_be_focused()
    opener.click()
    expect(chat.get_by_text("Em nghe: xin chào từ phường")).to_be_visible()
    chat.get_by_label("Nội dung tin nhắn").press("Escape")
    expect(page.locator("iframe")).to_be_hidden()


def test_the_closed_widget_counts_what_arrives(elsewhere: Callable[[str], Page], bot: ScriptedBot) -> None:
    page = elsewhere("")
    page.get_by_role("button", name=re.compile("Mở khung")).click()
    chat = page.frame_locator("iframe")
    chat.locator("lang-nghe-chat[data-ready]").wait_for()
    bot.gate.clear()
    chat.get_by_label("Nội dung tin nhắn").fill("xin chào")
    chat.get_by_label("Nội dung tin nhắn").press("Enter")
    chat.locator("[data-typing]").wait_for()
    chat.get_by_role("button", name="Đóng khung trò chuyện").click()
    bot.gate.set()
    expect(page.get_by_role("button", name=re.compile("1 tin mới"))).to_be_visible()
