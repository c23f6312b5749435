"""The main job in real browsers on the real product: a complaint, its solution, the news in the chat, stars, figures."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import browser  # noqa: F401 - a fixture
from tests.e2e.steps import DESK, PHONE, photo, ready, write
from tests.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.bot, pytest.mark.xdist_group("product")]
PATIENCE = 60_000  # milliseconds for one answer on a busy machine
COMPLAINT = "Đèn đường ngõ 12 Nguyễn Lương Bằng phường Thanh Bình hỏng 3 hôm rồi, tối rất nguy hiểm"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    # pytest's own folders are too long for PostgreSQL's socket
    with TemporaryDirectory(prefix="ln-line", dir="/tmp", ignore_cleanup_errors=True) as name:
        run = Product(Path(name), free_port(), free_port())
        run.wait_ready()
        yield run
        run.interrupt()


def password_of(product: Product, username: str) -> str:
    lines = (product.data / "accounts.txt").read_text(encoding="utf-8").splitlines()
    return next(line.split()[1] for line in lines if line.split()[0] == username)


def staff_page(browser: Browser, product: Product, username: str) -> Page:  # noqa: F811
    page = browser.new_context(base_url=product.address, viewport=DESK, locale="vi-VN").new_page()
    page.set_default_timeout(PATIENCE)
    page.goto("/admin/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(password_of(product, username))
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", name="Hàng đợi")).to_be_visible()
    return page


def says(page: Page, words: str) -> None:
    expect(page.locator("lang-nghe-chat")).to_contain_text(words, timeout=PATIENCE)


def test_from_the_complaint_to_the_leaders_figures(browser: Browser, product: Product) -> None:  # noqa: F811
    leader = staff_page(browser, product, "dung")
    leader.goto("/admin/thong-ke")
    expect(leader.locator(".tile-received .tile-value b")).to_have_text("0")

    citizen = browser.new_context(base_url=product.address, viewport=PHONE, locale="vi-VN", has_touch=True).new_page()
    citizen.goto("/")
    ready(citizen)
    says(citizen, "trợ lý tự động")
    write(citizen, COMPLAINT)
    says(citizen, "có ảnh thì gửi em")
    citizen.locator("[data-file]").set_input_files([photo()])
    citizen.locator(".tile.done").wait_for(timeout=PATIENCE)
    citizen.get_by_label("Nội dung tin nhắn").press("Enter")
    says(citizen, "tên và số điện thoại")
    write(citizen, "Lan 0912345678")
    says(citizen, "Em tóm tắt lại")
    says(citizen, "Đèn chiếu sáng công cộng")
    says(citizen, "Ảnh: 1")
    citizen.get_by_role("button", name="Đồng ý gửi").click()
    says(citizen, "đã tới Xí nghiệp Chiếu sáng")
    ((number,),) = product.query("select number from ticket")

    clerk = staff_page(browser, product, "binh")
    clerk.get_by_role("link", name=number).click()
    expect(clerk.locator("#ticket-title")).to_contain_text("Đèn đường")
    clerk.get_by_role("button", name="Tiếp nhận").click()
    # the sheet is drawn anew; a form opened on the old one would go with it
    expect(clerk.get_by_role("button", name="Tiếp nhận")).to_have_count(0, timeout=PATIENCE)
    says(citizen, f"đã tiếp nhận phản ánh {number}")
    clerk.locator("summary", has_text="Hoàn thành").click()
    clerk.get_by_label("Kết quả xử lý").fill("Đã thay bóng đèn lúc 15:30, đèn sáng lại.")
    clerk.get_by_role("button", name="Trả lời và hoàn thành").click()
    says(citizen, "Đã thay bóng đèn lúc 15:30")

    citizen.get_by_role("button", name="5 sao").click()
    says(citizen, "cảm ơn anh/chị đã đánh giá")
    assert product.query("select status, rating from ticket") == [("closed", 5)]

    leader.reload()
    expect(leader.locator(".tile-received .tile-value b")).to_have_text("1")
    expect(leader.locator(".tile-solved .tile-value b")).to_have_text("1")

    # Chi works elsewhere: neither her queue nor the address shows it
    stranger = staff_page(browser, product, "chi")
    expect(stranger.get_by_role("link", name=number)).to_have_count(0)
    answer = stranger.goto(f"/admin/phan-anh/{number}")
    assert answer is not None
    assert answer.status in {403, 404}
