"""Reads an authority's own boundary file (GeoJSON) and keeps each shape for the unit that it is of.

No two offices write such a file alike: the unit's code or its name stands under any property, with or without its kind, with or
without diacritics, or as one word ("13_bach_dang"). So every property is tried, and that which names most units is believed.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.core.errors import DomainError
from api.core.text import fold
from api.places.distance import km
from api.places.models import PlaceUnit, UnitBoundary

FARTHEST_KM = 30.0  # from a unit's known centre to its shape: beyond that the file speaks of somewhere else
SCREEN_DEGREES = 0.0003  # about 30 m
_KIND = r"(?:phuong|xa|thi tran|dac khu|tt|p|x)"
_FIRST, _LAST = re.compile(rf"^{_KIND} "), re.compile(rf" {_KIND}$")
_AREAS = {"Polygon", "MultiPolygon"}


class BadBoundaries(DomainError):
    code = "bad_boundaries"


@dataclass(frozen=True)
class Import:
    """What a file gave: shapes by unit code, the units whose name did not fit but whose centre lies in a shape of no other, the
    features that are of no unit of ours, the units without a shape."""

    shapes: Mapping[str, BaseGeometry]
    by_place: Sequence[str]
    strangers: Sequence[str]
    lacking: Sequence[str]


@dataclass(frozen=True)
class _Feature:
    number: int  # from 1, as a person counts
    properties: Mapping[str, Any]
    area: BaseGeometry


def read(text: str, units: Sequence[PlaceUnit]) -> Import:
    """The shapes of `units` in a GeoJSON FeatureCollection in WGS84 degrees. Raises BadBoundaries with the reason."""
    features = [_feature(number, raw) for number, raw in enumerate(_features(text), start=1)]
    named = _named(features, units)
    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    nameless = []
    for feature in features:
        # one name may be that of two units ("Cẩm Giang", "Cẩm Giàng" without marks): the shape lies where one of them is
        unit = min(named.get(feature.number, ()), key=lambda one: _km_apart(one, feature.area), default=None)
        if unit is None or _km_apart(unit, feature.area) > FARTHEST_KM:
            nameless.append(feature)
        else:
            parts[unit.code].append(feature.area)
    placed = _by_place(nameless, [unit for unit in units if unit.code not in parts])
    for feature, unit in placed:
        parts[unit.code].append(feature.area)
    if not parts:
        raise BadBoundaries("Không nơi nào trong tệp khớp với một phường, xã của địa bàn; hãy xem lại tên và tọa độ.")
    used = {feature.number for feature, _ in placed}
    return Import(
        shapes={code: shapely.union_all(areas) for code, areas in parts.items()},
        by_place=[unit.name for _, unit in placed],
        strangers=[_words_of(feature) for feature in nameless if feature.number not in used],
        lacking=[unit.name for unit in units if unit.code not in parts],
    )


def _by_place(nameless: Iterable[_Feature], lacking: Sequence[PlaceUnit]) -> list[tuple[_Feature, PlaceUnit]]:
    found = []
    for feature in nameless:
        inside = [unit for unit in lacking if shapely.contains_xy(feature.area, unit.lon, unit.lat)]
        if len(inside) == 1:
            found.append((feature, inside[0]))
    return found


def load(session: Session, text: str, now: datetime) -> Import:
    """Replace the borders that are kept by those of a file."""
    found = read(text, session.scalars(select(PlaceUnit).order_by(PlaceUnit.code)).all())
    forget(session)
    session.add_all(UnitBoundary(unit_code=c, shape=shapely.to_wkb(area), imported_at=now) for c, area in found.shapes.items())
    session.flush()
    return found


def forget(session: Session) -> int:
    """Back to the centres alone. Returns how many borders there were."""
    return len(session.scalars(delete(UnitBoundary).returning(UnitBoundary.unit_code)).all())


def drawn(session: Session) -> dict[str, Any]:
    """The borders of the area served as GeoJSON for a screen: simplified to `SCREEN_DEGREES`."""
    query = select(UnitBoundary).join(PlaceUnit, PlaceUnit.code == UnitBoundary.unit_code).where(PlaceUnit.in_area)
    features = []
    for row in session.scalars(query.order_by(UnitBoundary.unit_code)):
        area = shapely.set_precision(shapely.from_wkb(row.shape).simplify(SCREEN_DEGREES), 1e-5)
        features.append({"type": "Feature", "properties": {"code": row.unit_code}, "geometry": mapping(area)})
    return {"type": "FeatureCollection", "features": features}


def _features(text: str) -> list[Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise BadBoundaries("Tệp không phải là GeoJSON đọc được.") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise BadBoundaries("Tệp cần là GeoJSON kiểu FeatureCollection có ít nhất một vùng.")
    return features


def _feature(number: int, raw: Any) -> _Feature:
    try:
        properties, geometry = raw.get("properties") or {}, raw["geometry"]
        if geometry["type"] not in _AREAS:
            raise BadBoundaries(f"Vùng thứ {number} không phải là một vùng khép kín (Polygon, MultiPolygon).")
        area = shapely.make_valid(shapely.force_2d(shape(geometry)))
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, shapely.errors.ShapelyError) as error:
        raise BadBoundaries(f"Vùng thứ {number} trong tệp không đọc được.") from error
    if area.is_empty:
        raise BadBoundaries(f"Vùng thứ {number} trong tệp rỗng.")
    west, south, east, north = area.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadBoundaries(
            f"Tọa độ của vùng thứ {number} không phải là kinh độ, vĩ độ. Hãy chuyển tệp sang WGS84 (EPSG:4326) rồi nhập lại."
        )
    return _Feature(number, properties, area)


def _named(features: Sequence[_Feature], units: Sequence[PlaceUnit]) -> Mapping[int, Sequence[PlaceUnit]]:
    """The units that each feature's best property may name, by the feature's number."""
    by_property: dict[str, dict[int, Sequence[PlaceUnit]]] = defaultdict(dict)
    known = _by_name(units)
    for feature in features:
        for key, value in feature.properties.items():
            if isinstance(value, str | int) and (meant := _meant(str(value), known)):
                by_property[key][feature.number] = meant
    # of properties that name as many units that which leaves fewer to choose from: the code, the name with its marks
    return max(by_property.values(), key=lambda named: (len(named), -sum(map(len, named.values()))), default={})


def _by_name(units: Iterable[PlaceUnit]) -> Mapping[str, Sequence[PlaceUnit]]:
    known: dict[str, list[PlaceUnit]] = defaultdict(list)
    for unit in units:
        for name in {unit.code, unit.name.lower(), unit.short_name.lower(), fold(unit.name), fold(unit.short_name)}:
            known[name].append(unit)
    return known


def _meant(value: str, known: Mapping[str, Sequence[PlaceUnit]]) -> Sequence[PlaceUnit]:
    """`value` in changed spellings, until one is known. "Lạc Phượng" ends like a kind, so each end is also cut alone."""
    plain = fold(re.sub(r"[\W_]+", " ", value))
    numberless = re.sub(r"^\d+ (?=\D)", "", plain)
    cut = [_LAST.sub("", numberless), _FIRST.sub("", numberless), _LAST.sub("", _FIRST.sub("", numberless))]
    spellings = (value.zfill(5) if value.isdecimal() else value.strip().lower(), plain, numberless, *cut)
    return next((known[spelling] for spelling in spellings if spelling in known), ())


def _km_apart(unit: PlaceUnit, area: BaseGeometry) -> float:
    """0 where the unit's centre lies in the area."""
    if shapely.contains_xy(area, unit.lon, unit.lat):
        return 0.0
    middle = area.representative_point()
    return km(unit.lat, unit.lon, middle.y, middle.x)


def _words_of(feature: _Feature) -> str:
    said = ", ".join(str(value) for value in feature.properties.values() if isinstance(value, str | int))
    return f"vùng thứ {feature.number} ({said})" if said else f"vùng thứ {feature.number}"
