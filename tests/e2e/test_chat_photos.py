"""Photos and places in the chat."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.steps import photo, write
from tests.fakes.bot import ScriptedBot

pytestmark = pytest.mark.browser


def test_photos_with_progress_preview_removal_and_a_full_view(page: Page, bot: ScriptedBot) -> None:
    page.locator("[data-file]").set_input_files([photo(), photo("thua.jpg"), photo("goc-khac.jpg")])
    expect(page.locator(".tile.done")).to_have_count(3)
    page.get_by_role("button", name="Bỏ ảnh thua.jpg").click()
    expect(page.locator(".tile")).to_have_count(2)
    write(page, "ảnh đây ạ")
    expect(page.get_by_text("Em nghe: ảnh đây ạ")).to_be_visible()
    expect(page.locator(".photo img")).to_have_count(2)
    expect(page.locator(".tile")).to_have_count(0)
    assert len(bot.metadata[-1]["media_ids"]) == 2
    page.reload()
    expect(page.locator(".photo img").first).to_have_js_property("naturalWidth", 800)
    page.get_by_role("button", name="Xem ảnh lớn 1").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_photo_alone_is_a_message(page: Page, bot: ScriptedBot) -> None:
    page.locator("[data-file]").set_input_files([photo()])
    expect(page.locator(".tile.done")).to_have_count(1)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_text("Em nghe: /send_photo")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("to.jpg", b"\0" * 20_000_000, "Ảnh này lớn quá (tối đa 10 MB)"),
        ("don.pdf", b"%PDF-1.7", "Tệp này không phải ảnh em đọc được"),
        ("don.jpg", b"%PDF-1.7", "Tệp này không phải ảnh em đọc được"),
    ],
)
def test_a_file_that_cannot_be_taken_is_explained(page: Page, tmp_path: Path, name: str, data: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(data)
    page.locator("[data-file]").set_input_files(tmp_path / name)
    expect(page.get_by_role("alert")).to_contain_text(sentence)


def test_an_upload_that_failed_can_be_tried_again(page: Page) -> None:
    page.route("**/chat/photos", lambda route: route.abort())
    page.locator("[data-file]").set_input_files([photo()])
    expect(page.get_by_role("alert")).to_contain_text("kiểm tra mạng")
    page.unroute("**/chat/photos")
    page.get_by_role("button", name="Tải lại ảnh den-hong.jpg").click()
    expect(page.locator(".tile.done")).to_have_count(1)


def test_the_place_is_asked_for_in_words_before_the_browser_asks(page: Page, context: BrowserContext, bot: ScriptedBot) -> None:
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": 20.9373, "longitude": 106.3146})
    page.get_by_role("button", name="Gửi vị trí", exact=True).click()
    expect(page.get_by_text("Vị trí chỉ dùng để tìm đúng nơi cần xử lý")).to_be_visible()
    assert bot.heard == []
    page.get_by_role("button", name="Đồng ý, gửi vị trí").click()
    expect(page.get_by_text("20,93730 · 106,31460")).to_be_visible()
    expect(page.get_by_text("Em nghe: /send_location")).to_be_visible()


def test_a_refused_place_is_explained(page: Page, context: BrowserContext) -> None:
    context.clear_permissions()
    page.get_by_role("button", name="Gửi vị trí", exact=True).click()
    page.get_by_role("button", name="Đồng ý, gửi vị trí").click()
    expect(page.get_by_role("alert")).to_contain_text("viết địa chỉ vào tin nhắn")
