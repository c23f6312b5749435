"""Signing in: the cookie, the lock, the token in every form, the way back."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.auth import COOKIE, safe_next
from api.core.clock import FixedClock
from api.departments.models import Staff, StaffSession
from api.departments.staff import SESSION_LENGTH, set_active
from tests.admin.conftest import Desk
from tests.cast import PASSWORD, Cast


def enter(http: TestClient, username: str, password: str, **fields: str) -> object:
    token = re.search(r'name="form_token" value="([^"]+)"', http.get("/admin/dang-nhap").text)
    assert token
    data = {"username": username, "password": password, "form_token": token[1]} | fields
    return http.post("/admin/dang-nhap", data=data, follow_redirects=False)


def test_nobody_is_shown_the_way_in_and_back(stranger: TestClient) -> None:
    answer = stranger.get("/admin/phan-anh/HD-26-000001?han=soon", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/admin/dang-nhap?next=%2Fadmin%2Fphan-anh%2FHD-26-000001%3Fhan%3Dsoon"
    partly = stranger.get("/admin/", headers={"HX-Request": "true"}, follow_redirects=False)
    assert (partly.status_code, partly.headers["hx-redirect"]) == (401, "/admin/dang-nhap")


def test_the_cookie_is_for_this_console_only(stranger: TestClient, cast: Cast, db: Session) -> None:
    answer = enter(stranger, " BINH ", PASSWORD, next="/admin/ban-do")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/ban-do")  # type: ignore[attr-defined]
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(COOKIE))  # type: ignore[attr-defined]
    for part in ("HttpOnly", "SameSite=strict", "Path=/admin"):
        assert part in cookie
    # only a hash of it is kept
    token = cookie.split("=", 1)[1].split(";")[0]
    assert token not in set(db.scalars(select(StaffSession.token_hash)))
    assert stranger.get("/admin/").status_code == 200


def test_failures_are_counted_and_lock_the_account(stranger: TestClient, cast: Cast, db: Session, clock: FixedClock) -> None:
    for _ in range(5):
        answer = enter(stranger, "binh", "sai rồi nhé")
        assert answer.status_code == 401  # type: ignore[attr-defined]
        assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in answer.text  # type: ignore[attr-defined]
    db.refresh(cast.binh)
    assert cast.binh.locked_until == clock.now() + timedelta(minutes=15)
    assert "tạm khóa" in enter(stranger, "binh", PASSWORD).text  # type: ignore[attr-defined]
    clock.move(timedelta(minutes=16))
    assert enter(stranger, "binh", PASSWORD).status_code == 303  # type: ignore[attr-defined]


def test_an_unknown_name_answers_like_a_wrong_password(stranger: TestClient, cast: Cast) -> None:
    known, unknown = enter(stranger, "binh", "x"), enter(stranger, "khong-co", "x")
    assert known.status_code == unknown.status_code == 401  # type: ignore[attr-defined]
    pattern = r'role="alert"[^>]*>(.*?)</div>'
    assert re.search(pattern, known.text, re.S)[1] == re.search(pattern, unknown.text, re.S)[1]  # type: ignore[attr-defined,index]


def test_the_name_typed_is_kept_and_never_markup(stranger: TestClient, cast: Cast) -> None:
    text = enter(stranger, '"><script>alert(1)</script>', "x").text  # type: ignore[attr-defined]
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_a_form_from_elsewhere_is_refused(stranger: TestClient, cast: Cast) -> None:
    data = {"username": "binh", "password": PASSWORD, "form_token": "made-up"}
    assert stranger.post("/admin/dang-nhap", data=data, follow_redirects=False).status_code == 403


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "/", "/adminx", "javascript:alert(1)", "/admin"])
def test_nobody_is_led_elsewhere_after_signing_in(target: str) -> None:
    assert safe_next(target) == "/admin/"


def test_sessions_end(as_: Callable[[Staff], Desk], cast: Cast, db: Session, clock: FixedClock) -> None:
    first, second, third = as_(cast.binh), as_(cast.minh), as_(cast.ha)
    assert first.post("/admin/dang-xuat").status_code == 303
    assert first.get("/admin/", follow_redirects=False).status_code == 303
    set_active(db, cast.minh, False)
    assert second.get("/admin/", follow_redirects=False).status_code == 303
    clock.move(SESSION_LENGTH)
    assert third.get("/admin/", follow_redirects=False).status_code == 303


def test_the_token_may_come_in_a_header(as_: Callable[[Staff], Desk], cast: Cast) -> None:
    desk, path = as_(cast.vu), f"/admin/phan-anh/{cast.ticket.number}/note"
    good = desk.http.post(path, data={"text": "x"}, headers={"X-CSRF-Token": desk.csrf}, follow_redirects=False)
    assert good.status_code == 303
