"""The set-up: administrators only, each change checked and written down."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.deadlines.models import CalendarOverride, DeadlineRule
from api.deadlines.service import calendar
from api.departments.audit import audit, audit_rows
from api.departments.models import Department, Staff
from api.departments.staff import sign_in
from api.knowledge.models import Article
from api.routing.models import Route
from api.routing.service import route
from tests.admin.conftest import Desk
from tests.cast import PASSWORD, Cast

Enter = Callable[[Staff], Desk]
ROOT = "/admin/cai-dat"
SCREENS = ["tai-khoan", "don-vi", "tuyen", "thoi-han", "lich", "bai-viet", "bai-viet/birth_registration", "nhat-ky"]
RULE = {
    "name": "Ngập úng mùa bão",
    "first_response_minutes": "60",
    "resolution_minutes": "480",
    "source": "Quyết định 1/2026",
    "valid_from": "2026-12-01",
    "valid_to": "",
}


@pytest.mark.parametrize("screen", SCREENS)
def test_only_administrators_come_in(as_: Enter, cast: Cast, screen: str) -> None:
    assert as_(cast.vu).get(f"{ROOT}/{screen}").status_code == 200
    for staff in (cast.binh, cast.minh, cast.ha, cast.dung):
        assert as_(staff).get(f"{ROOT}/{screen}").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "tai-khoan",
        "tai-khoan/1",
        "tai-khoan/1/mat-khau",
        "don-vi",
        "don-vi/dispatch",
        "tuyen",
        "tuyen/1/xoa",
        "thoi-han",
        "lich",
    ],
)
def test_the_others_change_nothing(as_: Enter, cast: Cast, db: Session, path: str) -> None:
    assert as_(cast.minh).post(f"{ROOT}/{path}", {"username": "x"}).status_code == 403
    assert audit_rows(db) == []


def test_an_account_is_added_changed_locked_and_written_down(as_: Enter, cast: Cast, db: Session, now: datetime) -> None:
    desk = as_(cast.vu)
    new = {"username": "Hoa", "name": "Mai Hoa", "password": "mật khẩu đầu", "role": "clerk", "department_code": "cay_xanh"}
    assert desk.post(f"{ROOT}/tai-khoan", new).status_code == 303
    hoa = db.scalars(select(Staff).where(Staff.username == "hoa")).one()
    sign_in(db, "hoa", "mật khẩu đầu", now)
    changed = {"name": "Mai Hoa", "role": "head", "department_code": "cay_xanh", "active": "1"}
    assert desk.post(f"{ROOT}/tai-khoan/{hoa.id}", changed).status_code == 303
    assert desk.post(f"{ROOT}/tai-khoan/{hoa.id}/mat-khau", {"password": "mật khẩu mới"}).status_code == 303
    sign_in(db, "hoa", "mật khẩu mới", now)
    assert desk.post(f"{ROOT}/tai-khoan/{hoa.id}", changed | {"active": ""}).status_code == 303
    db.refresh(hoa)
    assert (hoa.role, hoa.active) == ("head", False)
    assert [row.deed for row in audit_rows(db)] == ["staff.edit", "staff.password", "staff.edit", "staff.add"]
    assert audit_rows(db)[2].before == {"role": "clerk"}
    assert all("mật khẩu mới" not in str(row.after) for row in audit_rows(db))
    text = desk.get(f"{ROOT}/nhat-ky").text
    assert "Vũ Văn Quản" in text
    assert "Đặt lại mật khẩu" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"username": "binh"},
        {"username": "có dấu"},
        {"username": ""},
        {"password": "ngắn"},
        {"role": "king"},
        {"department_code": ""},
        {"department_code": "khong_co"},
        {"name": " "},
    ],
)
def test_a_bad_account_is_refused_with_the_form_kept(as_: Enter, cast: Cast, db: Session, changes: dict[str, str]) -> None:
    good = {"username": "hoa", "name": "Mai <i>Hoa", "password": "mật khẩu đầu", "role": "clerk", "department_code": "cay_xanh"}
    answer = as_(cast.vu).post(f"{ROOT}/tai-khoan", good | changes)
    assert answer.status_code in {409, 422}
    assert 'id="refused"' in answer.text
    assert "mật khẩu đầu" not in answer.text
    assert "<i>Hoa" not in answer.text
    assert audit_rows(db) == []


def test_nobody_locks_the_last_administrator_out(as_: Enter, cast: Cast, db: Session) -> None:
    desk, path = as_(cast.vu), f"{ROOT}/tai-khoan/{cast.vu.id}"
    assert desk.post(path, {"name": "Vũ", "role": "admin", "department_code": ""}).status_code == 422
    assert desk.post(path, {"name": "Vũ", "role": "dispatcher", "department_code": "", "active": "1"}).status_code == 409
    db.refresh(cast.vu)
    assert (cast.vu.active, cast.vu.role) == (True, "admin")


def test_departments_and_routes(as_: Enter, cast: Cast, db: Session) -> None:
    desk = as_(cast.vu)
    new = {"code": "doi_moi", "kind": "utility", "name": "Đội mới", "short_name": "Đội mới", "phone": "0220 3 000 000"}
    assert desk.post(f"{ROOT}/don-vi", new).status_code == 303
    assert desk.post(f"{ROOT}/don-vi", new).status_code == 409
    assert desk.post(f"{ROOT}/don-vi", new | {"code": "Đội"}).status_code == 422
    assert desk.post(f"{ROOT}/tuyen", {"category": "noise", "unit_code": "10525", "owner": "doi_moi"}).status_code == 303
    assert route(db, "noise", "10525").code == "doi_moi"
    assert route(db, "noise", "10507").code == "ubnd_10507"
    assert desk.post(f"{ROOT}/don-vi/doi_moi", {"name": "Đội mới", "short_name": "Đội", "active": ""}).status_code == 303
    # a department that no longer works gets nothing new
    assert route(db, "noise", "10525").code == "dispatch"
    assert desk.post(f"{ROOT}/tuyen", {"category": "noise", "unit_code": "10525", "owner": "doi_moi"}).status_code == 422
    row = db.scalars(select(Route).where(Route.category == "noise", Route.unit_code == "10525")).one()
    assert desk.post(f"{ROOT}/tuyen/{row.id}/xoa").status_code == 303
    assert route(db, "noise", "10525").code == "ubnd_10525"
    assert desk.post(f"{ROOT}/tuyen/{row.id}/xoa").status_code == 422
    assert [row.deed for row in audit_rows(db)] == ["route.delete", "department.edit", "route.save", "department.add"]


def test_the_dispatchers_desk_cannot_be_closed(as_: Enter, cast: Cast, db: Session) -> None:
    answer = as_(cast.vu).post(f"{ROOT}/don-vi/dispatch", {"name": "Bàn", "short_name": "Bàn", "active": ""})
    assert answer.status_code == 422
    db.expire_all()
    assert db.get_one(Department, "dispatch").active


@pytest.mark.parametrize("given", [{"category": "x"}, {"unit_code": "x"}, {"owner": "x"}, {"owner": ""}])
def test_a_route_names_what_exists(as_: Enter, cast: Cast, given: dict[str, str]) -> None:
    good = {"category": "noise", "unit_code": "", "owner": "cong_an"}
    assert as_(cast.vu).post(f"{ROOT}/tuyen", good | given).status_code == 422


def test_a_clock_is_added_and_changed_with_source_and_validity(as_: Enter, cast: Cast, db: Session) -> None:
    desk = as_(cast.vu)
    assert desk.post(f"{ROOT}/thoi-han", RULE | {"code": "flood", "category": "drainage_flooding"}).status_code == 303
    assert desk.post(f"{ROOT}/thoi-han/flood", RULE | {"valid_to": "2027-06-01", "verified": "1"}).status_code == 303
    row = db.get_one(DeadlineRule, "flood")
    assert (row.category, row.verified, row.valid_to) == ("drainage_flooding", True, date(2027, 6, 1))
    assert audit_rows(db)[0].after == {"verified": True, "valid_to": "2027-06-01"}
    assert "01/06/2027" in desk.get(f"{ROOT}/nhat-ky").text


def test_no_kind_of_ticket_is_left_without_a_clock(as_: Enter, cast: Cast, db: Session) -> None:
    old = db.get_one(DeadlineRule, "any")
    given = {"name": old.name, "first_response_minutes": "480", "resolution_minutes": "4800", "source": old.source}
    answer = as_(cast.vu).post(f"{ROOT}/thoi-han/any", given | {"valid_from": "2014-07-01", "valid_to": "2027-01-01"})
    # suggestions and reports have rules of their own, but emergencies of normal priority would have none
    assert answer.status_code == 409
    db.expire_all()
    assert db.get_one(DeadlineRule, "any").valid_to is None


@pytest.mark.parametrize(
    "changes",
    [
        {"resolution_minutes": "0"},
        {"resolution_minutes": "-5"},
        {"first_response_minutes": "1e3"},
        {"first_response_minutes": "481"},
        {"valid_from": "hôm qua"},
        {"valid_from": ""},
        {"valid_to": "2026-11-30"},
        {"source": ""},
        {"category": "x"},
        {"code": "Mã Sai"},
        {"code": "urgent"},
    ],
)
def test_a_bad_clock_is_refused(as_: Enter, cast: Cast, changes: dict[str, str]) -> None:
    answer = as_(cast.vu).post(f"{ROOT}/thoi-han", RULE | {"code": "flood"} | changes)
    assert answer.status_code in {409, 422}
    assert 'id="refused"' in answer.text


def test_a_decided_day_changes_the_calendar(as_: Enter, cast: Cast, db: Session) -> None:
    desk, day = as_(cast.vu), date(2026, 11, 28)  # a Saturday
    assert not calendar(db).is_working_day(day)
    given = {"day": "28/11/2026", "working": "1", "note": "Làm bù"}
    assert desk.post(f"{ROOT}/lich", given).status_code == 303
    assert calendar(db).is_working_day(day)
    assert "28/11/2026" in desk.get(f"{ROOT}/lich").text
    assert desk.post(f"{ROOT}/lich/{day}/xoa").status_code == 303
    assert db.get(CalendarOverride, day) is None
    assert desk.post(f"{ROOT}/lich", given | {"note": ""}).status_code == 422
    refused = desk.post(f"{ROOT}/lich", given | {"day": "32/13"})
    assert refused.status_code == 422
    assert "Ngày “32/13” chưa đúng. Anh/chị viết ngày/tháng/năm, ví dụ 23/11/2026." in refused.text
    assert 'value="32/13"' in refused.text
    assert 'type="date"' not in refused.text
    assert desk.post(f"{ROOT}/lich/x/xoa").status_code == 422


def _form_of(row: Article) -> dict[str, Any]:
    body = row.body
    lists = {name: "\n".join(body.get(name, [])) for name in ("papers", "steps", "notes", "legal_basis", "questions")}
    texts = {name: body[name] for name in ("fee", "time", "where", "form")}
    # the pack's own day of checking may lie after the tests' Monday
    columns = {"title": row.title, "summary": row.summary, "source": row.source, "checked_on": "01/11/2026"}
    more = {"keywords": "\n".join(row.keywords), "online_url": body.get("online_url") or "", "published": "1"}
    return columns | lists | texts | more | {"version": str(row.version)}


def test_an_article_is_changed_and_a_colleagues_change_noticed(as_: Enter, cast: Cast, db: Session) -> None:
    desk, path = as_(cast.vu), f"{ROOT}/bai-viet/birth_registration"
    form = _form_of(db.get_one(Article, "birth_registration"))
    assert desk.post(path, form | {"fee": "Miễn phí <b>"}).status_code == 303
    db.expire_all()
    row = db.get_one(Article, "birth_registration")
    assert row.body["fee"] == "Miễn phí <b>"
    assert "fee" in audit_rows(db)[0].after
    late = desk.post(path, form | {"fee": "10.000 đồng"})
    assert late.status_code == 409
    assert "10.000 đồng" in late.text
    now_there = form | {"version": str(row.version)}
    assert desk.post(path, now_there | {"papers": ""}).status_code == 422
    assert "Ngày “hôm qua” chưa đúng." in desk.post(path, now_there | {"checked_on": "hôm qua"}).text
    assert "Ngày kiểm tra" in desk.post(path, now_there | {"checked_on": ""}).text
    assert "Miễn phí &lt;b&gt;" in desk.get(path).text
    assert desk.post(path, now_there | {"checked_on": "02/11/2026"}).status_code == 303
    db.expire_all()
    assert db.get_one(Article, "birth_registration").checked_on == date(2026, 11, 2)


@pytest.mark.parametrize(
    "path", ["tai-khoan/999999", "tai-khoan/99999999999999999999", "don-vi/x", "thoi-han/x", "bai-viet/x", "bai-viet/%00"]
)
def test_what_does_not_exist(as_: Enter, cast: Cast, path: str) -> None:
    assert as_(cast.vu).post(f"{ROOT}/{path}").status_code in {404, 422}


def test_what_did_not_change_leaves_no_row(db: Session, now: datetime, cast: Cast) -> None:
    assert audit(db, cast.vu.id, "x", "y", {"a": 1}, {"a": 1}, now) is None
    assert PASSWORD not in str([row.after for row in audit_rows(db)])
