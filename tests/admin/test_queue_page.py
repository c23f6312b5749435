"""The queue and the ticket page as people see them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from admin.due import DueView
from admin.view import environment, qr
from api.conversations.photos import store_photo
from api.deadlines.service import calendar
from api.departments.models import Staff
from api.places.boundaries import load as load_boundaries
from api.tickets import work
from api.tickets.clock import warning_until
from tests.admin.conftest import Desk
from tests.cast import Cast, jpeg, report
from tests.places.drawing import file_of

Enter = Callable[[Staff], Desk]


def test_a_clerk_sees_the_own_department_only(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    rubbish, _ = report(db, now, category="waste", description="Rác ở cổng chợ")
    mine = as_(cast.binh).get("/admin/").text
    assert cast.ticket.number in mine
    assert rubbish.number not in mine
    every = as_(cast.ha).get("/admin/").text
    assert cast.ticket.number in every
    assert rubbish.number in every
    # the filter by department is for those who see all, and opens nothing for the others
    assert 'name="don_vi"' in every
    assert 'name="don_vi"' not in mine
    assert rubbish.number not in as_(cast.binh).get("/admin/?don_vi=moi_truong_do_thi").text


@pytest.mark.parametrize("said", ["den duong", "Đèn đường", "HD26000001", "hd 26 1", "nguyen luong bang", "0912345678"])
def test_search_is_folded(as_: Enter, cast: Cast, said: str) -> None:
    expected = cast.ticket.number
    said = expected if said.startswith("HD") else said
    assert expected in as_(cast.binh).get("/admin/", params={"tim": said}).text


def test_search_that_finds_nothing_says_what_to_do(as_: Enter, cast: Cast) -> None:
    text = as_(cast.binh).get("/admin/", params={"tim": "<b>ổ gà</b>%_"}).text
    assert "Không có phản ánh nào khớp" in text
    assert "<b>ổ gà" not in text


def test_an_empty_queue_is_not_a_blank_page(as_: Enter, cast: Cast) -> None:
    assert "Không còn phản ánh nào đang chờ" in as_(cast.chi).get("/admin/").text


@pytest.mark.parametrize(
    "query", ["han=x", "trang_thai='", "linh_vuc=1", "tiep=abc", "dong=99999999", "xa=%00", "tim=%00" + "a" * 5000]
)
def test_a_broken_address_is_a_clear_answer(as_: Enter, cast: Cast, query: str) -> None:
    assert as_(cast.binh).get(f"/admin/?{query}").status_code in {200, 404}


def test_more_rows_come_on_demand(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    for _ in range(41):
        report(db, now)
    desk = as_(cast.binh)
    first = desk.get("/admin/").text
    assert first.count("row-ticket") == 40
    more = first.split('id="more" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = desk.get(more, headers={"HX-Request": "true"}).text
    assert rest.count("row-ticket") == 2
    assert "<html" not in rest
    # a live update asks for as many rows as are on the screen
    assert desk.get("/admin/?dong=42", headers={"HX-Request": "true"}).text.count("row-ticket") == 42


def test_badges_say_the_time_in_working_hours(cast: Cast, db: Session, now: datetime) -> None:
    ticket = cast.ticket

    def badge(at: datetime) -> tuple[str, str]:
        shown = DueView(calendar(db), at, warning_until(db, at)).badge(ticket)
        return shown.state, shown.words

    due = ticket.due_at
    assert badge(now) == ("ok", "còn 5 ngày làm việc")
    assert badge(due - timedelta(hours=1)) == ("soon", "còn 1 giờ làm việc")
    assert badge(due - timedelta(seconds=20)) == ("soon", "đến hạn")
    assert badge(due + timedelta(seconds=20)) == ("overdue", "vừa quá hạn")
    assert badge(due + timedelta(days=2)) == ("overdue", "quá hạn 2 ngày")
    work.ask_back(db, ticket, cast.binh, "Ở đâu?", now)
    assert badge(due + timedelta(days=2)) == ("waiting", "chờ người dân")
    work.resolve(db, ticket, cast.binh, "xong", due + timedelta(days=1))
    assert badge(due + timedelta(days=2)) == ("done", "trả lời muộn")


def test_the_ticket_page_shows_the_case(as_: Enter, cast: Cast) -> None:
    text = as_(cast.binh).get(f"/admin/phan-anh/{cast.ticket.number}").text
    for part in ("Tối lắm", "ngõ 12 Nguyễn Lương Bằng", "Phường Hải Dương", "Xí nghiệp Chiếu sáng", 'href="tel:0912345678"'):
        assert part in text
    assert "Người dân gửi phản ánh, hệ thống chuyển tới Xí nghiệp Chiếu sáng" in text
    assert "Gửi cho 1 người dân." in text
    assert 'lang="vi"' in text
    # a number in any writing
    assert as_(cast.binh).get(f"/admin/phan-anh/{cast.ticket.number.replace('-', '').lower()}").status_code == 200


def test_chi_may_not_see_it_nor_its_parts(as_: Enter, cast: Cast) -> None:
    desk, number = as_(cast.chi), cast.ticket.number
    for path in ("", "/in", "/phan/lich-su", "/phan/tin-nhan", "/phan/phien-ban"):
        answer = desk.get(f"/admin/phan-anh/{number}{path}")
        assert answer.status_code == 403, path
        assert "Tối lắm" not in answer.text
        assert "0912345678" not in answer.text


def test_a_leader_reads_without_contact_and_buttons(as_: Enter, cast: Cast) -> None:
    desk = as_(cast.dung)
    for path in ("", "/in"):
        text = desk.get(f"/admin/phan-anh/{cast.ticket.number}{path}").text
        assert "Tối lắm" in text
        assert "0912345678" not in text
        assert "Phạm Thị Lan" not in text
    text = desk.get(f"/admin/phan-anh/{cast.ticket.number}").text
    assert f"/{cast.ticket.number}/note" in text
    for deed in ("accept", "reply", "resolve", "forward", "merge"):
        assert f"/{cast.ticket.number}/{deed}" not in text


def test_citizens_words_are_never_markup(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    evil = "<img src=x onerror=alert(1)>\"'{{7*7}}</textarea><script>alert(2)</script>"
    ticket, _ = report(db, now, description=evil, place_text=evil, contact_name=evil, contact_phone='0912"><b>')
    work.note(db, ticket, cast.binh, evil, now)
    work.reply(db, ticket, cast.binh, evil, now)
    desk = as_(cast.binh)
    for path in ("/admin/", f"/admin/phan-anh/{ticket.number}", f"/admin/phan-anh/{ticket.number}/in", "/admin/tro-chuyen"):
        text = desk.get(path).text
        assert "<img src=x" not in text, path
        assert "<script>alert" not in text, path
        assert "49</textarea>" not in text, path
    assert 'href="tel:0912"' in desk.get(f"/admin/phan-anh/{ticket.number}").text


def test_photos_are_given_to_those_entitled(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    media = store_photo(db, jpeg(), conversation_id=cast.lan.id, now=now)
    good = as_(cast.binh).get(f"/admin/anh/{media.id}")
    assert (good.status_code, good.headers["content-type"]) == (200, "image/jpeg")
    assert good.headers["cache-control"].startswith("private")
    assert as_(cast.chi).get(f"/admin/anh/{media.id}").status_code == 404
    assert as_(cast.binh).get("/admin/anh/00000000-0000-0000-0000-000000000000").status_code == 404
    assert as_(cast.binh).get("/admin/anh/x").status_code == 422


def test_pages_are_not_kept_by_caches(as_: Enter, cast: Cast) -> None:
    answer = as_(cast.binh).get("/admin/")
    assert answer.headers["cache-control"] == "no-store"
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert "onclick=" not in answer.text


def test_the_map_and_its_table_show_each_their_own(as_: Enter, cast: Cast, db: Session) -> None:
    cast.ticket.lat, cast.ticket.lon = 20.94, 106.33
    db.flush()
    mine, hers = as_(cast.binh), as_(cast.chi)
    assert "Phường Hải Dương" in mine.get("/admin/ban-do").text
    assert "Không có phản ánh đang mở" in hers.get("/admin/ban-do").text
    data = mine.get("/admin/ban-do/du-lieu.json?linh_vuc=street_light").json()
    assert [point["number"] for point in data["points"]] == [cast.ticket.number]
    assert sum(unit["open"] for unit in data["units"]) == 1
    assert mine.get("/admin/ban-do/du-lieu.json?linh_vuc=waste").json()["points"] == []
    assert hers.get("/admin/ban-do/du-lieu.json").json()["points"] == []
    assert len(mine.get("/admin/ban-do/don-vi.json").json()["units"]) == 64


def test_borders_are_drawn_once_they_are_imported(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    desk = as_(cast.binh)
    assert desk.get("/admin/ban-do/don-vi.json").json()["borders"] is None
    load_boundaries(db, file_of(lambda unit: {"code": unit.code}), now)
    address = desk.get("/admin/ban-do/du-lieu.json").json()["borders"]
    assert desk.get("/admin/ban-do/don-vi.json").json()["borders"] == address
    assert len(desk.get(address).json()["features"]) == 64


def test_a_fragment_for_htmx_and_the_whole_page_for_a_step_back(as_: Enter, cast: Cast) -> None:
    desk, path = as_(cast.binh), f"/admin/phan-anh/{cast.ticket.number}"
    assert "<html" not in desk.get(path, headers={"HX-Request": "true"}).text
    again = desk.get(path, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}).text
    assert "<html" in again


def test_the_printed_sheet_has_number_history_and_a_code_to_scan(as_: Enter, cast: Cast) -> None:
    paper = as_(cast.binh).get(f"/admin/phan-anh/{cast.ticket.number}/in").text
    assert f'<div class="paper-number">{cast.ticket.number}</div>' in paper
    assert "Lịch sử xử lý" in paper
    assert f'aria-label="Mã QR mở phản ánh {cast.ticket.number}"><svg' in paper


def test_the_code_to_scan_leads_to_the_ticket(cast: Cast) -> None:
    ours, other = (qr(f"http://127.0.0.1:8000/admin/phan-anh/{number}") for number in (cast.ticket.number, "HD-26-999999"))
    assert ours.startswith("<svg")
    assert ours != other


def test_one_badge_for_one_state_and_one_name_for_one_place(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    cast.ticket.place_text = "ngõ 12, phường Thành Đông"
    work.ask_back(db, cast.ticket, cast.binh, "Đèn số mấy ạ?", now)
    shown = as_(cast.binh).get(f"/admin/phan-anh/{cast.ticket.number}").text
    line = shown[shown.index('class="ticket-line"') : shown.index("ticket-print")]
    assert line.lower().count("chờ người dân") == 1


@pytest.mark.parametrize(
    ("moment", "words"),
    [((2026, 11, 23, 1, 5), "08:05"), ((2026, 11, 22, 16, 59), "22/11 23:59"), ((2025, 12, 31, 3, 0), "31/12/2025 10:00")],
)
def test_times_in_lists_are_as_short_as_they_can_be(now: datetime, moment: tuple[int, ...], words: str) -> None:
    assert environment().filters["recent"](datetime(*moment, tzinfo=UTC), now) == words
