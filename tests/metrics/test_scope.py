"""Who may see which figures: in the service, on the page, in the files."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.core.db import transaction
from api.core.errors import Forbidden
from api.departments.models import Staff
from api.metrics.scope import Scope, scope_of
from tests.cast import CLEANING, LIGHTING, Cast, make_cast

Console = Callable[[str], TestClient]


@pytest.mark.parametrize("asked", [None, "", CLEANING])
def test_chi_sees_her_department_whatever_she_asks_for(db: Session, cast: Cast, asked: str | None) -> None:
    assert scope_of(db, cast.chi, asked) == Scope(CLEANING)


@pytest.mark.parametrize("asked", [LIGHTING, "dispatch", "there_is_none"])
def test_chi_may_not_see_another_department(db: Session, cast: Cast, asked: str) -> None:
    with pytest.raises(Forbidden):
        scope_of(db, cast.chi, asked)


def test_a_head_sees_the_own_department_only(db: Session, cast: Cast) -> None:
    assert scope_of(db, cast.minh) == Scope(LIGHTING)
    with pytest.raises(Forbidden):
        scope_of(db, cast.minh, CLEANING)


@pytest.mark.parametrize("name", ["dung", "ha", "vu"])
def test_leader_dispatcher_and_administrator_choose(db: Session, cast: Cast, name: str) -> None:
    person: Staff = getattr(cast, name)
    assert scope_of(db, person) == Scope()
    assert scope_of(db, person, LIGHTING) == Scope(LIGHTING)
    with pytest.raises(Forbidden):
        scope_of(db, person, "there_is_none")


def test_a_clerk_without_a_department_sees_nothing(db: Session, cast: Cast) -> None:
    cast.chi.department_code = None
    with pytest.raises(Forbidden):
        scope_of(db, cast.chi)


@pytest.fixture
def people(committed: str, now: datetime) -> None:
    with transaction() as session:
        make_cast(session, now - timedelta(hours=1))


def test_the_console_keeps_to_it(console: Console, people: None) -> None:
    chi = console("chi")
    page = chi.get("/admin/thong-ke")
    assert page.status_code == 200
    assert 'id="don_vi"' not in page.text
    assert "<b>0</b>" in page.text  # Lan's ticket is Bình's department's
    for path in ("/admin/thong-ke", "/admin/thong-ke/xuat"):
        assert chi.get(path, params={"don_vi": LIGHTING}).status_code == 403
    lines = chi.get("/admin/thong-ke/xuat?dang=csv&bang=phan-anh").text.splitlines()
    assert len(lines) == 1, "the heading alone"

    dung = console("dung")
    assert 'id="don_vi"' in dung.get("/admin/thong-ke").text
    found = dung.get("/admin/thong-ke/xuat", params={"dang": "csv", "bang": "phan-anh", "don_vi": LIGHTING}).text
    assert "HD-26-000001" in found


def test_nobody_sees_figures_without_signing_in(console: Console, people: None) -> None:
    client = console("dung")
    client.cookies.clear()
    for path in ("/admin/thong-ke", "/admin/thong-ke/xuat"):
        assert client.get(path, follow_redirects=False).status_code == 303


def test_files_hold_no_name_and_no_phone(console: Console, people: None) -> None:
    dung = console("dung")
    for code in ("phan-anh", "tong-hop", "don-vi", "linh-vuc", "dia-ban", "kenh", "thoi-gian"):
        answer = dung.get("/admin/thong-ke/xuat", params={"dang": "csv", "bang": code})
        assert answer.status_code == 200
        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert "attachment" in answer.headers["content-disposition"]
        assert "Lan" not in answer.text
        assert "912345678" not in answer.text
    assert dung.get("/admin/thong-ke/xuat").content[:2] == b"PK"


@pytest.mark.parametrize(
    "query",
    [
        "ky=tuy-chon",
        "ky=tuy-chon&tu=2026-02-31&den=x",
        "ky=tuy-chon&tu=2026-11-20&den=2026-11-01",
        "ky=tuy-chon&tu=3000-01-01&den=3000-01-02",
    ],
)
def test_a_period_that_cannot_be_is_said_and_the_usual_one_shown(console: Console, people: None, query: str) -> None:
    answer = console("dung").get(f"/admin/thong-ke?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "tiles" in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "ky=mai-mai",
        "ky=12-thang",
        "ky=tuy-chon&tu=2026-11-20&den=2026-11-21",
        "ky=tuy-chon&tu=20/11/2026&den=21112026",
        "don_vi=",
    ],
)
def test_other_addresses_are_shown(console: Console, people: None, query: str) -> None:
    assert console("dung").get(f"/admin/thong-ke?{query}").status_code == 200


def test_days_are_asked_and_told_the_vietnamese_way(console: Console, people: None) -> None:
    dung = console("dung")
    # an address that was kept from before, and one that the form makes
    for query in ("ky=tuy-chon&tu=2026-11-20&den=2026-11-21", "ky=tuy-chon&tu=20/11/2026&den=21/11/2026"):
        shown = dung.get(f"/admin/thong-ke?{query}").text
        assert 'value="20/11/2026"' in shown
        assert 'value="21/11/2026"' in shown
        assert 'type="date"' not in shown
    assert "Ngày “31/02/2026” chưa đúng." in dung.get("/admin/thong-ke?ky=tuy-chon&tu=31/02/2026&den=1/3/2026").text


def test_days_of_ones_own_need_no_script(console: Console, people: None) -> None:
    """The form sends the period with the days that it shows; what differs from them was typed."""
    dung = console("dung")
    tu, den = re.findall(r'value="(\d\d/\d\d/\d{4})"', dung.get("/admin/thong-ke?ky=30-ngay").text)
    kept = dung.get("/admin/thong-ke", params={"ky": "30-ngay", "tu": tu, "den": den}).text
    assert 'aria-current="true">30 ngày' in kept
    typed = dung.get("/admin/thong-ke", params={"ky": "30-ngay", "tu": "01112026", "den": den}).text
    assert 'name="ky" value="tuy-chon"' in typed
    assert 'value="01/11/2026"' in typed


def test_an_unknown_file_is_not_there(console: Console, people: None) -> None:
    dung = console("dung")
    for query in ("dang=csv&bang=x", "dang=csv", "dang=exe"):
        assert dung.get(f"/admin/thong-ke/xuat?{query}").status_code == 404


def test_the_page_runs_no_inline_script_and_the_part_comes_alone(console: Console, people: None) -> None:
    dung = console("dung")
    page = dung.get("/admin/thong-ke").text
    assert "<script>" not in page
    part = dung.get("/admin/thong-ke", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "tile-value" in part
