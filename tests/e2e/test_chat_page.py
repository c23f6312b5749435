"""The chat in a real browser: what a citizen sees and does when all goes well."""

import json

import pytest
from playwright.sync_api import Page, expect

from api.channels.contract import OutgoingMessage
from tests.e2e.steps import DESK, bubbles, told, write
from tests.fakes.bot import ScriptedBot

pytestmark = pytest.mark.browser


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
    assert json.loads(bot.heard[-1].removeprefix("/rate")) == {"ticket": "HD-26-000123", "score": "4"}
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


def test_an_example_is_put_into_the_field_not_sent(page: Page, bot: ScriptedBot) -> None:
    page.set_viewport_size(DESK)
    page.get_by_role("button", name="Làm giấy khai sinh cho con cần giấy tờ gì?").click()
    expect(page.get_by_label("Nội dung tin nhắn")).to_have_value("Làm giấy khai sinh cho con cần giấy tờ gì?")
    assert bot.heard == []


def test_an_answer_taller_than_the_screen_is_shown_from_its_beginning(page: Page) -> None:
    write(page, "Đèn hỏng")
    page.get_by_text("Đúng chưa ạ?").wait_for()
    told(page, OutgoingMessage("Dòng đầu tiên\n" + "\n".join(f"Dòng {n}" for n in range(2, 60)) + "\nDòng cuối cùng"))
    long = page.locator(".row .bubble:not(.typing)").last
    expect(long).to_contain_text("Dòng cuối cùng")
    scroll, bubble = page.locator("[data-scroll]").bounding_box(), long.bounding_box()
    assert scroll
    assert bubble
    assert scroll["y"] <= bubble["y"] < scroll["y"] + scroll["height"] / 2
    page.get_by_role("button", name="Tin mới").click()
    expect(page.get_by_role("button", name="Tin mới")).to_be_hidden()
    told(page, OutgoingMessage("Tin ngắn"))
    expect(page.get_by_text("Tin ngắn")).to_be_in_viewport()
