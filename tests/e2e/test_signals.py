"""Marks of urgency in a real browser: what is pressing stands first, one tap takes a wrong mark off."""

import re
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from api.core.db import transaction
from tests.cast import Cast, report
from tests.e2e.test_console import AXE, DESK, PHONE, Enter, address, browser, cast, complaints, desk, open_context  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser
WORDS = "Dây điện đứt rơi xuống sân trường, học sinh chạy qua chạy lại, tôi gọi mấy lần rồi mà không ai thèm đến!"
FOUND = {"danger": 0.93, "children": 0.88, "waiting": 0.64, "anger": 0.41}


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_one_tap_takes_a_mark_off(cast: Cast, desk: Enter, size: dict[str, int]) -> None:  # noqa: F811
    with transaction() as db:
        number = report(db, datetime.now(UTC), description=WORDS, signals=FOUND)[0].number
    page = desk("binh")
    page.set_viewport_size(size)  # type: ignore[arg-type]
    row = page.locator(".row-ticket").first
    expect(row).to_contain_text(number)
    for word in ("Nguy hiểm", "Có trẻ em", "Đã chờ lâu", "Bức xúc"):
        expect(row.locator(".tag-signal", has_text=word)).to_have_attribute("title", re.compile("do máy đoán"))
    row.click()
    off = page.get_by_role("button", name="Bỏ dấu hiệu Nguy hiểm")
    box = off.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24, "a finger must hit it (WCAG 2.5.8)"
    found = Axe().run(page, options=AXE).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["html"]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    off.click()
    expect(page.locator(".signals")).not_to_contain_text("Nguy hiểm")
    expect(page.locator(".signals")).to_contain_text("Có trẻ em")
    expect(page.locator(".history")).to_contain_text("Nguyễn Văn Bình bỏ dấu hiệu: Nguy hiểm")
