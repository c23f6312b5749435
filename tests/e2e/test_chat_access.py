"""The chat for keyboards, screen readers, large letters, small screens."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.steps import DESK, PHONE, bubbles, photo, ready, write
from tests.fakes.bot import ScriptedBot

pytestmark = pytest.mark.browser
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def test_by_keyboard_alone(page: Page) -> None:
    field = page.get_by_label("Nội dung tin nhắn")
    field.focus()
    page.keyboard.type("dòng một")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("dòng hai Đèn")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Đúng rồi", exact=True).wait_for()
    assert bubbles(page, ".from-me") == ["dòng một\ndòng hai Đèn"]
    for _ in range(5):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent") == "Đúng rồi":
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name="Mã phản ánh HD-26-000123")).to_be_visible()
    assert page.evaluate("document.activeElement !== document.body")


def test_while_a_keyboard_composes_enter_does_not_send(page: Page, bot: ScriptedBot) -> None:
    field = page.get_by_label("Nội dung tin nhắn")
    field.fill("tiê")
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(field).to_have_value("tiê")
    assert bot.heard == []


@pytest.mark.parametrize("viewport", [PHONE, DESK, {"width": 320, "height": 480}, {"width": 720, "height": 450}])
def test_accessible_and_within_the_screen_at_every_size(page: Page, viewport: Any) -> None:
    """720 × 450 is a desk at 200 % zoom."""
    page.set_viewport_size(viewport)
    write(page, "Đèn")
    page.get_by_role("button", name="Đúng rồi", exact=True).click()
    page.get_by_role("article").wait_for()
    write(page, "đánh giá")
    page.get_by_role("button", name="1 sao").wait_for()
    page.get_by_role("button", name="Gửi vị trí", exact=True).click()
    page.locator("[data-file]").set_input_files([photo()])
    page.locator(".tile.done").wait_for()
    results = Axe().run(page, options=AXE)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.get_by_role("button", name="Gửi", exact=True).bounding_box()
    assert box
    assert box["y"] + box["height"] <= viewport["height"]


@pytest.mark.parametrize("path", ["/", "/chat/embed", "/khong-co"])
def test_each_page_is_accessible_as_it_opens(context: BrowserContext, path: str) -> None:
    page = context.new_page()
    page.goto(path)
    results = Axe().run(page, options=AXE)
    assert results.violations_count == 0, results.generate_report()


def test_no_animation_for_those_who_asked_for_none(browser: Browser, address: str, bot: ScriptedBot) -> None:
    context = browser.new_context(base_url=address, viewport=PHONE, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/")
    ready(page)
    bot.gate.clear()
    write(page, "xin chào")
    page.locator("[data-typing]").wait_for()
    seconds = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.typing i')).animationDuration)")
    bot.gate.set()
    assert seconds < 0.001
    context.close()


def test_the_page_stands_without_the_vendored_fonts(context: BrowserContext) -> None:
    page = context.new_page()
    page.route("**/static/vendor/**", lambda route: route.abort())
    page.goto("/")
    ready(page)
    write(page, "xin chào")
    expect(page.get_by_text("Em nghe: xin chào")).to_be_visible()
