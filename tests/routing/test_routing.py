"""Who owns what."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.departments.models import Department
from api.localities.taxonomy import categories
from api.routing.models import Route
from api.routing.rules import narrowest
from api.routing.service import route


@dataclass
class Row:
    category: str
    unit_code: str | None


def test_the_unit_wins_over_everywhere() -> None:
    wide, narrow = Row("waste", None), Row("waste", "10525")
    assert narrowest([wide, narrow], "waste", "10525") is narrow
    assert narrowest([wide, narrow], "waste", "10532") is wide
    assert narrowest([narrow], "waste", None) is None
    assert narrowest([wide], "noise", None) is None


def test_every_category_of_the_pack_finds_an_owner(db: Session) -> None:
    owners = {code: route(db, code, "10525") for code in categories()}
    assert owners["street_light"].code == "chieu_sang"
    assert owners["noise"].code == "ubnd_10525"
    assert owners["other"].kind == "dispatch"
    assert [code for code, owner in owners.items() if owner.kind == "dispatch"] == ["other"]


def test_a_communes_matter_without_a_place_goes_to_the_dispatchers(db: Session) -> None:
    assert route(db, "noise", None).kind == "dispatch"


def test_a_closed_department_gets_nothing(db: Session) -> None:
    db.get_one(Department, "chieu_sang").active = False
    assert route(db, "street_light", None).kind == "dispatch"


def test_a_narrower_route_added_by_staff_decides(db: Session) -> None:
    db.add(Route(category="street_light", unit_code="10525", department_code="so_xay_dung"))
    db.flush()
    assert route(db, "street_light", "10525").code == "so_xay_dung"
    assert route(db, "street_light", "10532").code == "chieu_sang"
