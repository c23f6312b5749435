"""The staff console in a real browser: the whole work on a ticket, live updates, keys, phones, accessibility."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.app import create_app
from api.channels.contract import IncomingMessage, Kind
from api.citizens.models import Identity
from api.conversations.intake import receive
from api.conversations.models import Conversation, Message
from api.conversations.takeover import ask_for_human
from api.core import web
from api.core.clock import SystemClock
from api.core.db import transaction
from api.learning.models import Understanding
from api.tickets import work
from api.tickets.queries import by_number
from tests.cast import PASSWORD, Cast, jpeg, make_cast, report
from tests.fakes.server import serving

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
Enter = Callable[[str], Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "these tests walk Debian's chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])
        yield made
        made.close()


@pytest.fixture
def cast(committed: str) -> Cast:
    with transaction() as db:
        return make_cast(db, datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
def address(committed: str) -> Iterator[str]:
    web._limiter.storage.reset()
    with serving(create_app(SystemClock())) as made:
        yield made


@pytest.fixture
def complaints() -> list[str]:
    """What the browsers' consoles complained of."""
    return []


@pytest.fixture
def open_context(browser: Browser, address: str, complaints: list[str]) -> Iterator[Callable[..., BrowserContext]]:
    made: list[BrowserContext] = []

    def new(size: dict[str, int]) -> BrowserContext:
        context = browser.new_context(base_url=address, viewport=size, locale="vi-VN")  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("request", lambda request: complaints.append(request.url) if address not in request.url else None)
        made.append(context)
        return context

    yield new
    for context in made:
        context.close()
    outside = [c for c in complaints if not c.startswith(("data:", "blob:"))]
    assert outside == []


def sign_in(page: Page, username: str) -> Page:
    page.goto("/admin/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", name="Hàng đợi")).to_be_visible()
    return page


@pytest.fixture
def desk(open_context: Callable[..., BrowserContext]) -> Enter:
    return lambda username: sign_in(open_context(DESK).new_page(), username)


@pytest.fixture
def phone(open_context: Callable[..., BrowserContext]) -> Enter:
    return lambda username: sign_in(open_context(PHONE).new_page(), username)


def listening(page: Page) -> None:
    """Until the live stream has said its first word."""
    page.wait_for_function("() => document.body.dataset.listening === 'yes'")


def deed(page: Page, name: str) -> None:
    page.locator("summary", has_text=re.compile(rf"^\s*{name}\s*$")).click()


def test_a_clerk_solves_a_ticket_side_by_side(cast: Cast, desk: Enter, tmp_path: Path) -> None:
    page, number = desk("binh"), cast.ticket.number
    page.get_by_role("link", name=number).click()
    # the list stays, the address is the ticket's
    expect(page.locator("#ticket-title")).to_contain_text(number)
    expect(page.locator(f"#row-{number}")).to_have_attribute("aria-current", "true")
    assert page.url.endswith(f"/admin/phan-anh/{number}")
    page.get_by_role("button", name="Tiếp nhận").click()
    expect(page.locator("#pane .notice").first).to_contain_text("Anh/chị đã tiếp nhận phản ánh.")
    deed(page, "Hoàn thành")
    page.get_by_label("Câu mẫu").locator("visible=true").select_option(label="Đã sửa xong đèn")
    expect(page.get_by_label("Kết quả xử lý")).to_have_value(re.compile("Xí nghiệp Chiếu sáng đã thay bóng"))
    photo = tmp_path / "sau.jpg"
    photo.write_bytes(jpeg("yellow"))
    page.locator("#photos-resolve").set_input_files(photo)
    expect(page.locator("#photos-resolve-names")).to_have_text("sau.jpg")
    expect(page.locator(".deed-resolve .audience")).to_have_text(re.compile("Gửi cho 1 người dân"))
    page.get_by_role("button", name="Trả lời và hoàn thành").click()
    expect(page.locator(".ticket-line")).to_contain_text("Đã trả lời")
    expect(page.locator(".photos figcaption")).to_have_text("Sau xử lý")
    expect(page.locator(".history")).to_contain_text("Nguyễn Văn Bình trả lời và hoàn thành")
    with transaction() as db:
        assert by_number(db, number).answer == page.locator(".history blockquote").first.inner_text()


def test_what_a_colleague_does_appears_without_reload(cast: Cast, desk: Enter) -> None:
    page = desk("binh")
    listening(page)
    page.evaluate("window.notReloaded = true")
    with transaction() as db:
        number = report(db, datetime.now(UTC), description="Cột đèn nghiêng trước nhà văn hóa", priority="urgent")[0].number
    expect(page.locator(".row-ticket").first).to_contain_text("Cột đèn nghiêng")
    expect(page.locator("#quick-open b")).to_have_text("2")
    with transaction() as db:
        work.forward(
            db, by_number(db, number), db.merge(cast.binh, load=False), "dien_luc", "Cột của điện lực", datetime.now(UTC)
        )
    # what left the department leaves the screen
    expect(page.locator(f"#row-{number}")).to_have_count(0)
    assert page.evaluate("window.notReloaded") is True


def test_chi_hears_nothing_of_it(cast: Cast, desk: Enter) -> None:
    page = desk("chi")
    listening(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with transaction() as db:
        report(db, datetime.now(UTC))
        report(db, datetime.now(UTC), category="waste", description="Rác ở cổng chợ")
    expect(page.locator(".row-ticket")).to_have_count(1)
    expect(page.locator(".row-ticket")).to_contain_text("Rác ở cổng chợ")
    assert all(url.split("?")[0].endswith("/admin/") for url in asked)


def test_typing_survives_a_colleagues_change(cast: Cast, desk: Enter) -> None:
    page, number = desk("binh"), cast.ticket.number
    page.goto(f"/admin/phan-anh/{number}")
    listening(page)
    deed(page, "Hỏi lại")
    page.get_by_label("Câu hỏi gửi người dân").fill("Đèn số mấy ạ?")
    with transaction() as db:
        work.accept(db, by_number(db, number, lock=True), db.merge(cast.minh, load=False), datetime.now(UTC))
    expect(page.locator("#changed")).to_be_visible()
    expect(page.locator(".history")).to_contain_text("Đỗ Minh tiếp nhận")
    expect(page.get_by_label("Câu hỏi gửi người dân")).to_have_value("Đèn số mấy ạ?")
    page.get_by_role("button", name="Gửi câu hỏi").click()
    expect(page.locator("#refused")).to_contain_text("Người khác vừa cập nhật")
    expect(page.get_by_label("Câu hỏi gửi người dân")).to_have_value("Đèn số mấy ạ?")
    page.get_by_role("button", name="Gửi câu hỏi").click()
    expect(page.locator(".ticket-line")).to_contain_text("chờ người dân")


def test_search_and_filters_without_reload(cast: Cast, desk: Enter) -> None:
    with transaction() as db:
        report(db, datetime.now(UTC), description="Bóng đèn cầu Phú Lương nhấp nháy")
    page = desk("binh")
    listening(page)  # the key "/" is the script's
    expect(page.locator(".row-ticket")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("cau phu luong")
    expect(page.locator(".row-ticket")).to_have_count(1)
    expect(page.get_by_label("Tìm phản ánh")).to_be_focused()
    assert "tim=cau" in page.url
    page.get_by_label("Tìm phản ánh").fill("")
    expect(page.locator(".row-ticket")).to_have_count(2)
    page.locator("#quick-waiting").click()
    expect(page.locator(".empty-title").first).to_have_text("Không có phản ánh nào khớp")
    page.go_back()
    expect(page.locator(".row-ticket")).to_have_count(2)


def test_rows_that_come_late_do_not_undo_a_filter(cast: Cast, desk: Enter) -> None:
    page = desk("binh")
    listening(page)
    late: list[Route] = []
    page.route(re.compile("[?&]dong="), lambda route: late.append(route))
    with page.expect_request(re.compile("[?&]dong=")), transaction() as db:
        report(db, datetime.now(UTC), description="Bóng đèn cầu Phú Lương nhấp nháy")
    page.locator("#quick-waiting").click()
    expect(page.locator(".empty-title").first).to_have_text("Không có phản ánh nào khớp")
    with page.expect_response(re.compile("[?&]dong=")):
        late[0].continue_()
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
    expect(page.locator(".row-ticket")).to_have_count(0)


def test_the_keyboard_is_enough(cast: Cast, desk: Enter) -> None:
    with transaction() as db:
        report(db, datetime.now(UTC), description="Bóng đèn cầu Phú Lương nhấp nháy")
    page = desk("binh")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Tới nội dung chính")).to_be_focused()
    page.locator(".row-ticket").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".row-ticket").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#ticket-title")).to_be_focused()
    summary = page.locator(".deed-reply > summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Nội dung trả lời").fill("Dạ, em đã xem")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".history")).to_contain_text("trả lời người dân")


def test_on_a_phone_the_ticket_has_the_page_for_itself(cast: Cast, phone: Enter) -> None:
    page, number = phone("binh"), cast.ticket.number
    expect(page.locator(".rail")).to_be_in_viewport()
    page.get_by_role("link", name=number).click()
    expect(page.locator("#ticket-title")).to_be_visible()
    expect(page.locator(".desk-list")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("link", name="Hàng đợi").first.click()
    expect(page.locator(".row-ticket")).to_be_visible()


def test_a_conversation_live_from_call_to_hand_back(cast: Cast, desk: Enter) -> None:
    with transaction() as db:
        ask_for_human(db, cast.lan.id)
    page = desk("ha")
    page.get_by_role("link", name="Trò chuyện").click()
    page.locator(".talk-row").filter(has_text="Cần gặp cán bộ").click()
    page.get_by_role("button", name="Nhận trả lời").click()
    listening(page)
    page.get_by_label("Tin nhắn gửi người dân").fill("Dạ, em nghe")
    with transaction() as db:
        thread = db.get_one(Conversation, cast.lan.id)
        who = db.scalars(select(Identity.external_id).where(Identity.citizen_id == thread.citizen_id)).one()
        words = "<script>window.evil = 1</script> Bao giờ xong ạ?"
        receive(db, IncomingMessage("web", "default", who, who, "m1", Kind.TEXT, words), datetime.now(UTC))
    expect(page.locator(".bubble-citizen").last).to_contain_text("Bao giờ xong ạ?")
    # what the clerk was typing is still there, and a citizen's words are words
    expect(page.get_by_label("Tin nhắn gửi người dân")).to_have_value("Dạ, em nghe")
    assert page.evaluate("window.evil") is None
    page.get_by_role("button", name="Gửi").click()
    expect(page.locator(".bubble-staff").last).to_contain_text("Dạ, em nghe")
    page.get_by_role("button", name="Trả cho trợ lý").click()
    expect(page.get_by_role("button", name="Nhận trả lời")).to_be_visible()
    with transaction() as db:
        last = db.scalars(select(Message).where(Message.conversation_id == cast.lan.id).order_by(Message.id.desc())).first()
        assert last is not None
        assert last.author == "system"


def test_a_photo_too_large_is_said_before_it_is_sent(cast: Cast, desk: Enter, tmp_path: Path) -> None:
    page = desk("binh")
    page.goto("/admin/phan-anh/moi")
    large = tmp_path / "to.jpg"
    large.write_bytes(b"\xff" * 10_000_001)
    page.locator("#photos").set_input_files(large)
    expect(page.locator("#photos-names")).to_contain_text("Ảnh lớn quá")
    assert page.evaluate("document.getElementById('photos').files.length") == 0


def unsure(db: Session, cast: Cast) -> int:
    """A message that waits for a label; its id."""
    said = {"direction": "in", "author": "citizen", "kind": "text", "status": "done", "created_at": datetime.now(UTC)}
    row = Message(conversation_id=cast.lan.id, text="Nước ngập ở cầu Phú Lương, gọi 0912345678", **said)
    db.add(row)
    db.flush()
    rankings = {"intent": [["report", 0.48], ["question", 0.4]], "category": [["drainage_flooding", 0.5], ["waste", 0.2]]}
    likeliest = {
        "intent": "report",
        "message_type": "report",
        "confidence": 0.48,
        "margin": 0.08,
        "category": "drainage_flooding",
    }
    found = {"rankings": rankings, "spans": [["location", 12, 25]], "reasons": ["unsure_type"]}
    db.add(Understanding(message_id=row.id, event_id=1, at=row.created_at, **likeliest, **found))
    return row.id


@pytest.mark.parametrize("open_as", ["desk", "phone"])
def test_labelling_is_one_tap_and_can_be_taken_back(cast: Cast, request: pytest.FixtureRequest, open_as: str) -> None:
    with transaction() as db:
        message = unsure(db, cast)
    page = request.getfixturevalue(open_as)("ha")
    page.get_by_role("link", name="Gán nhãn").click()
    card = page.locator(f"#cau-{message}")
    expect(card.locator("blockquote")).to_have_text("Nước ngập ở cầu Phú Lương, gọi 0000000000")
    expect(card.locator("mark")).to_have_text("cầu Phú Lương")
    card.get_by_role("button", name="Phản ánh · Rác thải").click()
    expect(card).to_contain_text("Đã gán: Phản ánh · Rác thải, vệ sinh môi trường")
    card.get_by_role("button", name="Hoàn tác").click()
    expect(card.locator("blockquote")).to_be_visible()
    card.locator("summary").click()
    card.get_by_label("Lĩnh vực").select_option("")
    card.get_by_role("button", name="Lưu nhãn này").click()
    expect(card.get_by_role("alert")).to_contain_text("cần có lĩnh vực")
    card.get_by_role("button", name="Bỏ qua").click()
    expect(card).to_contain_text("Đã bỏ qua câu này")
    page.get_by_label("Tìm câu").fill("ngap")
    expect(page.locator(".empty-title")).to_have_text("Không có câu nào khớp")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing(cast: Cast, open_context: Callable[..., BrowserContext], size: dict[str, int]) -> None:
    number = cast.ticket.number
    with transaction() as db:
        other, _ = report(db, datetime.now(UTC), priority="urgent")
        binh = db.merge(cast.binh, load=False)
        work.reply(db, by_number(db, number), binh, "Dạ, em đã xem", datetime.now(UTC))
        work.note(db, by_number(db, number), binh, "Cột 14", datetime.now(UTC))
        work.ask_back(db, other, binh, "Ở đâu ạ?", datetime.now(UTC))
        ask_for_human(db, cast.lan.id)
        unsure(db, cast)
    page = open_context(size).new_page()
    page.goto("/admin/dang-nhap")
    found = {"sign-in": _violations(page)}
    sign_in(page, "vu")
    settings = ["tai-khoan", "don-vi", "tuyen", "thoi-han", "lich", "bai-viet", "bai-viet/birth_registration", "nhat-ky"]
    paths = [
        "",
        f"phan-anh/{number}",
        f"phan-anh/{number}/in",
        "phan-anh/moi",
        "ban-do",
        "tro-chuyen",
        "gan-nhan",
        f"tro-chuyen/{cast.lan.id}",
    ]
    for path in [*paths, *(f"cai-dat/{one}" for one in settings), "khong-co"]:
        page.goto(f"/admin/{path}")
        # everything that can be unfolded is looked at unfolded
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.removeAttribute('name'); d.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        assert page.locator("html").get_attribute("lang") == "vi"
        found[path] = _violations(page)
    assert {path: names for path, names in found.items() if names} == {}


def _violations(page: Page) -> list[str]:
    result = Axe().run(page, options=AXE)
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in result.response["violations"]]
