"""The chat when the net, the stream, the visitor or the text fails: nothing is lost, nothing doubled."""

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from api.channels.contract import OutgoingMessage
from tests.e2e.steps import bubbles, told, write
from tests.fakes.bot import ScriptedBot

pytestmark = pytest.mark.browser


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
