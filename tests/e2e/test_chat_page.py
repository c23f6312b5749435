"""The chat in a real browser: what a citizen sees, hears through a screen reader, and loses (nothing)."""

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route, expect, sync_playwright

from api.app import create_app
from api.channels.contract import Button, OutgoingMessage
from api.citizens.service import visitor_of
from api.conversations.intake import find_conversation
from api.conversations.outbox import say
from api.core import web
from api.core.clock import SystemClock
from api.core.db import transaction
from tests.fakes.bot import ARTICLE, TICKET, ScriptedBot, rating, turns
from tests.fakes.server import serving

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
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


def ready(page: Page) -> None:
    page.locator("lang-nghe-chat[data-ready]").wait_for()


def write(page: Page, text: str) -> None:
    page.get_by_label("Nội dung tin nhắn").fill(text)
    page.get_by_label("Nội dung tin nhắn").press("Enter")


def bubbles(page: Page, side: str = "") -> list[str]:
    """What stands in the log, without the welcome and without words for screen readers."""
    rows = page.locator(f".row{side}:not([data-key]) .bubble:not(.typing)")
    return [re.sub(r"^[^:]*: ", "", words.strip(), count=1) for words in rows.all_text_contents()]


def told(page: Page, message: OutgoingMessage, author: str = "bot") -> None:
    """Something is said to this browser's visitor from elsewhere: a clerk, a notice."""
    token = page.evaluate("localStorage.getItem('langnghe.token')")
    with transaction() as session:
        identity = visitor_of(session, token)
        assert identity
        thread = find_conversation(session, "web", "default", identity.external_id)
        assert thread
        say(session, thread.id, message, author=author, now=datetime.now(UTC))


def photo(name: str = "den-hong.jpg", size: tuple[int, int] = (800, 600)) -> FilePayload:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_from_a_complaint_to_the_stars(page: Page, bot: ScriptedBot) -> None:
    write(page, "Đèn đường ngõ 12 hỏng")
    page.get_by_role("button", name="Đúng rồi", exact=True).click()
    ticket = page.get_by_role("article", name="Mã phản ánh HD-26-000123")
    expect(ticket).to_contain_text("Xí nghiệp Chiếu sáng")
    expect(ticket).to_contain_text("16:30 thứ Tư 25/11")
    expect(ticket.locator("[aria-current=step]")).to_contain_text("Đang xử lý")
    expect(page.get_by_role("button", name="Đúng rồi", exact=True)).to_have_count(0)
    write(page, "đánh giá")
    page.get_by_role("button", name="4 sao").click()
    expect(page.get_by_text("Anh/chị đã chấm 4 trên 5 sao")).to_be_visible()
    expect(page.get_by_role("button", name="5 sao")).to_be_disabled()
    expect(page.get_by_text("Em cảm ơn anh/chị.")).to_be_visible()
    assert json.loads(bot.heard[-1].removeprefix("/rate")) == {"ticket": "HD-26-000123", "score": 4}
    page.reload()
    expect(page.get_by_text("Anh/chị đã chấm 4 trên 5 sao")).to_be_visible()


def test_the_thread_is_there_after_a_reload(page: Page) -> None:
    write(page, "xin chào")
    expect(page.get_by_text("Em nghe: xin chào")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Em nghe: xin chào")).to_be_visible()
    assert bubbles(page, ".from-me") == ["xin chào"]


def test_looking_leaves_no_trace(page: Page) -> None:
    assert page.evaluate("localStorage.length") == 0


def test_typing_is_shown_while_the_bot_thinks(page: Page, bot: ScriptedBot) -> None:
    bot.gate.clear()
    write(page, "xin chào")
    expect(page.locator("[data-typing]")).to_be_visible()
    bot.gate.set()
    expect(page.get_by_text("Em nghe: xin chào")).to_be_visible()
    expect(page.locator("[data-typing]")).to_be_hidden()


def test_the_first_choices_send_ordinary_words(page: Page, bot: ScriptedBot) -> None:
    page.get_by_role("button", name="Gặp cán bộ", exact=True).click()
    expect(page.get_by_text("Em nghe: Gặp cán bộ")).to_be_visible()
    assert bot.heard == ["Gặp cán bộ"]
    expect(page.get_by_role("button", name="Gửi phản ánh", exact=True)).to_have_count(0)


def test_what_is_written_offline_is_sent_once_when_the_net_is_back(page: Page, context: BrowserContext) -> None:
    write(page, "một")
    expect(page.get_by_text("Em nghe: một")).to_be_visible()
    context.set_offline(True)
    write(page, "hai")
    write(page, "ba")
    expect(page.get_by_text("Chưa gửi được, em sẽ tự gửi lại khi có mạng").first).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Mất kết nối")).to_be_visible()
    context.set_offline(False)
    expect(page.get_by_text("Em nghe: ba")).to_be_visible()
    assert bubbles(page, ".from-me") == ["một", "hai", "ba"]
    expect(page.get_by_role("status").filter(has_text="Mất kết nối")).to_be_hidden()
    page.reload()
    expect(page.get_by_text("Em nghe: ba")).to_be_visible()
    assert bubbles(page, ".from-me") == ["một", "hai", "ba"]


def test_a_message_whose_answer_got_lost_is_stored_once(page: Page, bot: ScriptedBot) -> None:
    def swallow(route: Route) -> None:
        route.fetch()  # it reaches the server, the answer never reaches the browser
        route.abort()

    page.route("**/chat/messages", swallow, times=1)
    write(page, "Ổ gà trước cổng trường")
    expect(page.get_by_text("Em nghe: Ổ gà trước cổng trường")).to_be_visible()
    expect(page.locator(".row.waiting")).to_have_count(0)
    assert bubbles(page, ".from-me") == bot.heard == ["Ổ gà trước cổng trường"]


def test_an_unsent_message_survives_closing_the_page(page: Page, context: BrowserContext, bot: ScriptedBot) -> None:
    page.route("**/chat/visitors", lambda route: route.abort())
    write(page, "viết khi mất mạng")
    expect(page.get_by_text("Chưa gửi được")).to_be_visible()
    page.close()
    again = context.new_page()
    again.goto("/")
    expect(again.get_by_text("Em nghe: viết khi mất mạng")).to_be_visible()
    assert bot.heard == ["viết khi mất mạng"]


def test_without_a_stream_the_page_asks_again_and_again(page: Page) -> None:
    page.route("**/chat/stream*", lambda route: route.abort())
    write(page, "xin chào")
    expect(page.get_by_text("Em nghe: xin chào")).to_be_visible(timeout=20_000)


def test_a_broken_stream_is_taken_up_without_loss_or_duplicates(page: Page) -> None:
    write(page, "một")
    expect(page.get_by_text("Em nghe: một")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('online'))")  # breaks the line and opens it anew
    told(page, OutgoingMessage("nói lúc đứt"))
    expect(page.get_by_text("nói lúc đứt")).to_be_visible()
    assert bubbles(page) == ["một", "Em nghe: một", "nói lúc đứt"]


def test_an_expired_visitor_goes_on_as_a_new_one(page: Page) -> None:
    page.evaluate("localStorage.setItem('langnghe.token', 'het-han')")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Phiên trò chuyện cũ đã hết hạn")
    write(page, "xin chào lại")
    expect(page.get_by_text("Em nghe: xin chào lại")).to_be_visible()


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


def test_an_over_long_text_stays_with_its_writer(page: Page, bot: ScriptedBot) -> None:
    write(page, "a" * 4001)
    expect(page.get_by_role("alert")).to_contain_text("tối đa 4.000 ký tự")
    expect(page.get_by_label("Nội dung tin nhắn")).to_have_value("a" * 4001)
    assert bot.heard == []


def test_a_message_that_the_server_refuses_says_why_and_can_be_mended(page: Page) -> None:
    page.evaluate("document.querySelector('lang-nghe-chat').outbox.add({text: 'a'.repeat(4001)})")
    expect(page.get_by_text("Tin nhắn dài quá (tối đa 4.000 ký tự)").first).to_be_visible()
    page.get_by_role("button", name="Sửa lại").click()
    page.get_by_label("Nội dung tin nhắn").fill("ngắn thôi")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Em nghe: ngắn thôi")).to_be_visible()
    assert bubbles(page, ".from-me") == ["ngắn thôi"]


def test_a_message_on_which_the_server_stumbles_does_not_hold_up_the_next(page: Page) -> None:
    def stumble(route: Route) -> None:
        if "hỏng" in (route.request.post_data_json or {})["text"]:
            route.fulfill(status=500, body="")
        else:
            route.continue_()

    page.clock.install()
    page.route("**/chat/messages", stumble)
    write(page, "tin hỏng")
    write(page, "tin lành")
    for _ in range(5):
        expect(page.get_by_text("Chưa gửi được").or_(page.get_by_text("Hệ thống đang bận")).first).to_be_visible()
        page.clock.fast_forward(30_000)
    expect(page.get_by_text("Em nghe: tin lành")).to_be_visible()
    expect(page.get_by_text("Hệ thống đang bận")).to_be_visible()


def test_nothing_that_people_write_becomes_html(page: Page) -> None:
    nasty = "<img src=x onerror=\"document.title='hỏng'\"><b>đậm</b>"
    write(page, nasty)
    expect(page.get_by_text(f"Em nghe: {nasty}")).to_be_visible()
    assert bubbles(page, ".from-me") == [nasty]
    assert page.locator("[data-log] b, [data-log] img").count() == 0
    assert "hỏng" not in page.title()


def test_only_safe_links_are_made(page: Page, address: str) -> None:
    write(page, "xin chào")
    expect(page.get_by_text("Em nghe: xin chào")).to_be_visible()
    words = f"Xem {address}/bai-viet/a. Gọi 114 hoặc 113; ngõ 115, số 113 Trần Phú, 115 nghìn, 0113 và https://evil.example/a"
    told(page, OutgoingMessage(words))
    expect(page.get_by_text("Gọi 114")).to_be_visible()
    links = page.locator(".row.from-bot:not([data-key]) a")
    assert [a.get_attribute("href") for a in links.all()] == [f"{address}/bai-viet/a", "tel:114", "tel:113"]


def test_an_article_links_to_its_page_and_an_unknown_card_is_words(page: Page, address: str) -> None:
    write(page, "khai sinh")
    link = page.get_by_role("link", name="Xem đầy đủ")
    expect(link).to_have_attribute("href", f"{address}/bai-viet/birth_registration")
    write(page, "thẻ mới")
    expect(page.get_by_text("Thẻ lạ thì em viết bằng chữ.")).to_be_visible()


def test_a_clerk_is_named_and_a_notice_arrives_live(page: Page) -> None:
    write(page, "xin chào")
    expect(page.get_by_text("Em nghe: xin chào")).to_be_visible()
    told(page, OutgoingMessage("Chào chị, bên em đang xem."), "staff")
    expect(page.locator(".from-staff .sender")).to_have_text("Cán bộ")
    told(page, OutgoingMessage("Phản ánh đã xong."), "system")
    expect(page.get_by_text("Tin báo", exact=True)).to_be_visible()


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


def test_older_messages_are_fetched_on_demand(page: Page) -> None:
    write(page, "câu đầu")
    expect(page.get_by_text("Em nghe: câu đầu")).to_be_visible()
    for n in range(105):
        told(page, OutgoingMessage(f"tin số {n}."))
    page.reload()
    expect(page.get_by_text("tin số 104.")).to_be_visible()
    expect(page.get_by_text("câu đầu", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Xem tin cũ hơn").click()
    expect(page.get_by_text("Em nghe: câu đầu")).to_have_count(1)
    expect(page.get_by_role("button", name="Xem tin cũ hơn")).to_be_hidden()
    assert bubbles(page, ".from-bot")[1:] == [f"tin số {n}." for n in range(105)]


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


def test_an_example_is_put_into_the_field_not_sent(page: Page, bot: ScriptedBot) -> None:
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.get_by_role("button", name="Làm giấy khai sinh cho con cần giấy tờ gì?").click()
    expect(page.get_by_label("Nội dung tin nhắn")).to_have_value("Làm giấy khai sinh cho con cần giấy tờ gì?")
    assert bot.heard == []


def test_no_animation_for_those_who_asked_for_none(browser: Browser, address: str, bot: ScriptedBot) -> None:
    context = browser.new_context(base_url=address, viewport=PHONE, reduced_motion="reduce")  # type: ignore[arg-type]
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
