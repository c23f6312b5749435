"""An authority's own boundary file, written in any of the ways they are, and what a pin then finds."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import shapely
from shapely.geometry import shape
from sqlalchemy.orm import Session

from api.core.clock import FixedClock
from api.core.text import fold
from api.places import boundaries, service
from api.places.borders import Borders
from api.places.boundaries import BadBoundaries
from api.places.models import PlaceUnit
from api.places.pins import units_at
from tests.bench.places import index
from tests.places.drawing import HALF, UNITS, file_of, square

GIANG, GIÀNG = "Xã Cẩm Giang", "Xã Cẩm Giàng"


def slug(unit: PlaceUnit) -> dict[str, Any]:
    return {"slug": fold(unit.short_name).replace(" ", "_"), "kind": unit.kind}


@pytest.mark.parametrize(
    "named",
    [
        lambda unit: {"ma_xa": unit.code, "dan_so": 1000},
        lambda unit: {"ward_code": int(unit.code)},
        lambda unit: {"id": 1, "TEN": unit.name.upper()},
        lambda unit: {"Tên": unit.short_name, "loai": "phường"},
        lambda unit: {"name": f"{fold(unit.name)}"},
        lambda unit: {"file": f"{int(unit.code) % 90}_{slug(unit)['slug']}_{unit.kind}"},
        slug,
    ],
)
def test_however_the_units_are_named_each_gets_its_own_shape(named: Callable[[PlaceUnit], dict[str, Any]]) -> None:
    found = boundaries.read(file_of(named), UNITS)
    assert not found.strangers
    assert not found.lacking
    for unit in UNITS:
        assert found.shapes[unit.code].contains(shapely.Point(unit.lon, unit.lat)), unit.name


def test_what_is_not_ours_and_what_is_missing_are_told() -> None:
    elsewhere = PlaceUnit(code="00001", name="Phường Ba Đình", short_name="Ba Đình", kind="phuong", lat=21.03, lon=105.83)
    namesake = PlaceUnit(code="x", name="Xã An Phú", short_name=UNITS[0].short_name, kind="xa", lat=10.8, lon=106.7)
    found = boundaries.read(file_of(lambda u: {"name": u.short_name}, [*UNITS[1:], elsewhere, namesake]), UNITS)
    assert found.strangers == ["vùng thứ 114 (Ba Đình)", f"vùng thứ 115 ({UNITS[0].short_name})"]
    assert found.lacking == [UNITS[0].name]


def test_a_name_that_fits_nothing_is_found_by_where_it_lies_and_told() -> None:
    found = boundaries.read(file_of(lambda u: {"name": "?" if u is UNITS[0] else u.name}), UNITS)
    assert found.by_place == [UNITS[0].name]
    assert set(found.shapes) == {unit.code for unit in UNITS}


def test_a_unit_in_two_parts_is_one() -> None:
    first = UNITS[0]
    island = PlaceUnit(code=first.code, name=first.name, short_name=first.short_name, lat=first.lat + 0.02, lon=first.lon)
    found = boundaries.read(file_of(lambda u: {"name": u.name}, [first, island]), UNITS)
    assert found.shapes[first.code].geom_type == "MultiPolygon"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "GeoJSON đọc được"),
        ("[]", "FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "FeatureCollection"),
        ('{"features": [1]}', "Vùng thứ 1 trong tệp không đọc được"),
        ('{"features": [{"properties": null, "geometry": null}]}', "Vùng thứ 1 trong tệp không đọc được"),
        ('{"features": [{"geometry": {"type": "Point", "coordinates": [106, 20]}}]}', "không phải là một vùng khép kín"),
        ('{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]}}]}', "Vùng thứ 1 trong tệp không đọc được"),
        ('{"features": [{"geometry": {"type": "Polygon", "coordinates": []}}]}', "Vùng thứ 1 trong tệp rỗng"),
        (
            '{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[5e5,2e6],[5.1e5,2e6],[5e5,2.1e6],[5e5,2e6]]]}}]}',
            "EPSG:4326",
        ),
        ('{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[1,2],[2,2],[1,3],[1,2]]]}}]}', "Không nơi nào"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(text: str, says: str) -> None:
    with pytest.raises(BadBoundaries, match=says):
        boundaries.read(text, UNITS)


def borders_of(*units: PlaceUnit) -> Borders:
    return Borders((unit.code, shape(square(unit))) for unit in units)


def two_neighbours() -> Borders:
    return Borders([("west", shapely.box(106.0, 20.0, 106.1, 20.1)), ("east", shapely.box(106.1, 20.0, 106.2, 20.1))])


@pytest.mark.parametrize(
    ("lon", "units"),
    [
        (106.05, ("west",)),
        (106.0990, ("west",)),  # 105 m before the border
        (106.0997, ("west", "east")),  # 31 m
        (106.1003, ("east", "west")),
        (106.2040, ("east",)),  # 418 m outside
        (106.2100, ()),
    ],
)
def test_near_a_border_both_are_asked_the_one_it_lies_in_first(lon: float, units: tuple[str, ...]) -> None:
    assert two_neighbours().at(20.05, lon) == units


def test_a_point_outside_all_that_is_drawn_lies_in_what_is_not() -> None:
    drawn, not_drawn = UNITS[0], next(u for u in UNITS if u.short_name == "Chí Linh")
    some = borders_of(drawn)
    assert units_at(drawn.lat, drawn.lon, index(), some) == (drawn.code,)
    assert units_at(not_drawn.lat, not_drawn.lon, index(), some) == (not_drawn.code,)
    assert units_at(drawn.lat + 0.012, drawn.lon, index(), borders_of(*UNITS)) == ()


def test_an_import_counts_at_once_and_can_be_taken_back(db: Session, clock: FixedClock) -> None:
    unit = next(u for u in UNITS if u.short_name == "Hải Dương")
    corner = (unit.lat + HALF * 0.8, unit.lon + HALF * 0.8)
    before = service.units_at(db, *corner)
    assert service.borders(db) is None
    found = boundaries.load(db, file_of(lambda u: {"code": u.code}, [unit]), clock.now())
    assert set(found.shapes) == {unit.code}
    assert service.units_at(db, *corner) == (unit.code,)
    assert boundaries.forget(db) == 1
    assert service.borders(db) is None
    assert service.units_at(db, *corner) == before


def test_a_screen_gets_the_borders_of_the_area_served(db: Session, clock: FixedClock) -> None:
    boundaries.load(db, file_of(lambda u: {"code": u.code}), clock.now())
    drawn = boundaries.drawn(db)
    assert [f["properties"]["code"] for f in drawn["features"]] == sorted(u.code for u in UNITS if u.in_area)
    assert json.loads(json.dumps(drawn))["features"][0]["geometry"]["type"] == "Polygon"


@pytest.mark.parametrize("name", [GIANG, GIÀNG])
def test_names_that_differ_by_a_mark_alone_are_told_apart_by_where_they_lie(name: str) -> None:
    unit = next(u for u in UNITS if u.name == name)
    found = boundaries.read(file_of(slug, [unit]), UNITS)
    assert set(found.shapes) == {unit.code}
