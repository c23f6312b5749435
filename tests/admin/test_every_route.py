"""Every route of the console in one table: who is let in, that a change needs the session's token, and that Chi, of another
department, neither reads nor changes anything of Lan's. A new route is judged without being named here."""

import importlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.app import OPEN_PAGES, PAGES
from admin.view import TEMPLATES
from api.conversations.models import Message
from api.conversations.photos import store_photo
from api.departments.models import Staff
from api.tickets.models import TicketEvent, TicketPhoto
from tests.admin.conftest import Desk
from tests.cast import Cast, jpeg

Enter = Callable[[Staff], Desk]
SIGN_IN = "/dang-nhap"
LEAST = 50  # routes that the console has had for long; fewer would mean that they are no longer found
ADMINISTRATORS = ("/cai-dat",)
OPERATORS = ("/kenh", "/gan-nhan")  # administrators and dispatchers
WRITERS = ("/phan-anh/moi",)  # all but leaders


def routes() -> Iterator[tuple[str, str]]:
    """(method, path below /admin) of every screen."""
    for name in (*OPEN_PAGES, *PAGES):
        for route in importlib.import_module(f"admin.pages.{name}").router.routes:
            for method in sorted(route.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                yield method, route.path


QUERY = (
    "tim",
    "han",
    "trang_thai",
    "uu_tien",
    "cua_toi",
    "linh_vuc",
    "don_vi",
    "kenh",
    "xa",
    "tiep",
    "dong",
    "xong",
    "loc",
    "ky",
    "tu",
    "den",
    "bang",
    "dang",
    "ly_do",
    "truoc",
    "next",
)
ALL = list(routes())
GUARDED = [one for one in ALL if one[1] not in {SIGN_IN, "/luong"}]  # the stream is open for ever: tested by itself


@pytest.fixture
def media(db: Session, cast: Cast, now: datetime) -> str:
    made = store_photo(db, jpeg(), conversation_id=cast.lan.id, now=now)
    db.add(TicketPhoto(ticket_id=cast.ticket.id, media_id=made.id, moment="before"))
    db.commit()
    return str(made.id)


def lans(path: str, cast: Cast, media: str) -> str:
    """The path with Lan's ticket, thread and photo in it."""
    known = {"number": cast.ticket.number, "conversation_id": str(cast.lan.id), "media_id": media}
    others = {"deed": "note", "part": "lich-su", "code": "x", "day": "2026-12-01"}
    return re.sub(r"{(\w+)}", lambda found: {**known, **others}.get(found[1], "1"), path)


def about_lan(path: str) -> bool:
    return any(name in path for name in ("{number}", "{conversation_id}", "{media_id}"))


def test_the_routes_are_found() -> None:
    assert len(ALL) >= LEAST


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_nobody_comes_in_without_signing_in(method: str, path: str, stranger: TestClient, cast: Cast) -> None:
    address = "/admin" + lans(path, cast, "7f0c8a52-3f0b-4b7e-8a34-2b8f6b1f2a10")
    answer = stranger.request(method, address, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/admin/dang-nhap")


@pytest.mark.parametrize("path", [path for method, path in GUARDED if method != "GET"])
def test_every_change_needs_the_token_of_the_session(path: str, as_: Enter, cast: Cast, media: str) -> None:
    address = "/admin" + lans(path, cast, media)
    desk, other = as_(cast.vu), as_(cast.vu)
    for fields in ({}, {"csrf": ""}, {"csrf": "made-up"}, {"csrf": other.csrf}):
        answer = desk.http.post(address, data=fields, follow_redirects=False)
        assert answer.status_code == 403
        assert "Trang đã mở quá lâu" in answer.text


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_roles(method: str, path: str, as_: Enter, cast: Cast, media: str) -> None:
    admitted = {cast.binh, cast.minh, cast.ha, cast.dung, cast.vu}
    if path.startswith(ADMINISTRATORS):
        admitted = {cast.vu}
    elif path.startswith(OPERATORS):
        admitted = {cast.ha, cast.vu}
    elif path.startswith(WRITERS):
        admitted -= {cast.dung}
    for staff in (cast.binh, cast.minh, cast.ha, cast.dung, cast.vu):
        if staff in admitted and method != "GET":
            continue  # what an allowed change does is tested with its screen
        answer = call(as_(staff), method, lans(path, cast, media))
        assert (answer.status_code == 403) == (staff not in admitted), (staff.username, answer.status_code)


def call(desk: Desk, method: str, path: str, **given: object) -> object:
    if method == "GET":
        return desk.get("/admin" + path, follow_redirects=False, **given)
    return desk.post("/admin" + path, {"text": "Lời của Chi", "to": "x"}, **given)


@pytest.mark.parametrize(("method", "path"), [one for one in GUARDED if about_lan(one[1])])
def test_chi_may_not(method: str, path: str, as_: Enter, cast: Cast, db: Session, media: str) -> None:
    before = traces(db)
    for headers in ({}, {"HX-Request": "true"}):
        answer = call(as_(cast.chi), method, lans(path, cast, media), headers=headers)
        assert answer.status_code in {403, 404}
        assert cast.ticket.description not in answer.text
        assert "0912345678" not in answer.text
    assert traces(db) == before


@pytest.mark.parametrize("path", [path for method, path in GUARDED if method == "GET" and not about_lan(path)])
def test_chi_finds_nothing_of_lans_in_any_list(path: str, as_: Enter, cast: Cast, media: str) -> None:
    number = cast.ticket.number
    for query in (
        "",
        f"?tim={number}",
        "?tim=den+duong",
        "?don_vi=chieu_sang",
        "?trang_thai=all",
        "?xa=10525",
        "?loc=cho",
        "?bang=don-vi&dang=csv",
    ):
        for headers in ({}, {"HX-Request": "true"}):
            answer = call(as_(cast.chi), "GET", lans(path, cast, media) + query, headers=headers)
            said = answer.text.replace(f'value="{number}"', "")  # the words she searched for stand in the field
            said = said.replace(f"tim={number}", "").replace(f"“{number}”", "")
            for secret in (number, str(cast.lan.id), media, cast.ticket.description, "ngõ 12 Nguyễn Lương Bằng", "0912345678"):
                assert secret not in said, (query, secret)


NASTY = (
    "",
    "\x00",
    "a\x00b",
    "'; drop table ticket; --",
    '"><script>alert(1)</script>',
    "9" * 400,
    "-1",
    "NaN",
    "x" * 70_000,
    "\ud7ff\u202e",
    "0001-01-01",
    "99999-13-45",
)
RAW = (
    (b"text=%FF%FE&csrf=\xff", "application/x-www-form-urlencoded"),
    (b"{}", "application/json"),
    (b"--x", "multipart/form-data; boundary=x"),
    (b"--x", "multipart/form-data"),
    (
        b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n%PDF-1.7\r\n--x--',
        "multipart/form-data; boundary=x",
    ),
)


def field_names() -> set[str]:
    """Every field that any form of the console has."""
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html")]
    return {name for text in texts for name in re.findall(r'(?:name="|f\.\w+\("[^"]*", ")(\w+)"', text)} - {"csrf"}


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_strange_input_is_refused_and_never_a_crash(method: str, path: str, as_: Enter, cast: Cast, media: str) -> None:
    desk = as_(cast.vu)
    desk.http = TestClient(desk.http.app, raise_server_exceptions=False, cookies=desk.http.cookies)
    names = field_names()
    for value in NASTY:
        safe = quote(value[:300], safe="", errors="replace") or "%20"
        for address in {"/admin" + re.sub(r"{\w+}", lambda _, safe=safe: safe, path), "/admin" + lans(path, cast, media)}:
            if method == "GET":
                answer = desk.get(address, params=dict.fromkeys(QUERY, value[:3000]), follow_redirects=False)
            else:
                answer = desk.post(address, dict.fromkeys(names, value))
            assert answer.status_code < 500, (address[:80], value[:40], answer.text[:300])
            assert "<script>alert" not in answer.text
    for content, kind in RAW if method != "GET" else ():
        headers = {"Content-Type": kind, "X-CSRF-Token": desk.csrf}
        answer = desk.http.post("/admin" + lans(path, cast, media), content=content, headers=headers, follow_redirects=False)
        assert answer.status_code < 500, (content, answer.text[:300])


def traces(db: Session) -> tuple[int | None, int | None]:
    db.expire_all()
    return db.scalar(select(func.count(TicketEvent.id))), db.scalar(select(func.count(Message.id)))
