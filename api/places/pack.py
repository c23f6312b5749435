"""Fills the place tables from the data of `vietnamadminunits` (never its web geocoder) and the pack's landmarks."""

import importlib.util
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.core.db import Base
from api.core.text import fold, nfc
from api.localities.pack import pack
from api.places.index import PlaceIndex, build
from api.places.landmarks import Where, landmark_rows
from api.places.models import FormerUnit, Landmark, PlaceUnit, Succession

KINDS = {"Phường": "phuong", "Xã": "xa", "Đặc khu": "dac_khu", "Thị trấn": "thi_tran"}


@dataclass(frozen=True)
class Reference:
    """What the tables hold, as rows that belong to no database."""

    units: list[PlaceUnit]
    former: list[FormerUnit]
    successions: list[Succession]
    landmarks: list[Landmark]


@dataclass(frozen=True)
class _Rows:
    units: list[dict[str, Any]]
    former: list[dict[str, Any]]
    successions: list[dict[str, str]]
    landmarks: list[dict[str, Any]]


_UNITS = "select * from admin_units where provinceCode = ? order by wardCode"
_FORMER = "select * from admin_units_legacy where province in ({}) order by districtCode, wardCode"


def load(session: Session) -> None:
    """Upsert units, former units, successions and landmarks. Running it again changes nothing."""
    rows = _rows()
    _upsert(session, PlaceUnit, rows.units, "code")
    _upsert(session, FormerUnit, rows.former, "code")
    # rows beside the statement, here and below: one statement with thousands of values costs every start half a second
    session.connection().execute(insert(Succession.__table__).on_conflict_do_nothing(), rows.successions)  # type: ignore[arg-type]
    # the pack's landmarks replace the earlier ones: they are reference data, nobody edits them in the console
    session.execute(delete(Landmark))
    session.connection().execute(insert(Landmark.__table__), rows.landmarks)  # type: ignore[arg-type]


def reference() -> Reference:
    """The pack's places without a database."""
    rows = _rows()
    return Reference(
        [PlaceUnit(**row) for row in rows.units],
        [FormerUnit(**row) for row in rows.former],
        [Succession(**row) for row in rows.successions],
        [Landmark(id=i, **row) for i, row in enumerate(rows.landmarks)],
    )


def index_of_pack() -> PlaceIndex:
    """The same index that the tables give once they are loaded."""
    known = reference()
    return build(known.units, known.former, known.successions, known.landmarks)


def _rows() -> _Rows:
    units, former = _read_package()
    successions = _successions(units, former)
    unit_rows, former_rows = [_unit(row) for row in units], [_former(row) for row in former]
    where = Where(
        [PlaceUnit(**row) for row in unit_rows],
        [FormerUnit(**row) for row in former_rows],
        [Succession(**row) for row in successions],
    )
    return _Rows(unit_rows, former_rows, successions, landmark_rows(where))


def _read_package() -> tuple[list[sqlite3.Row], list[sqlite3.Row]]:
    """Today's units of the pack's province, and the former wards and communes of the provinces it grew from."""
    with closing(sqlite3.connect(f"file:{_data_folder() / 'dataset.db'}?mode=ro", uri=True)) as source:
        source.row_factory = sqlite3.Row
        units = source.execute(_UNITS, (pack()["province_code"],)).fetchall()
        provinces = pack()["former_provinces"]
        former = source.execute(_FORMER.format(",".join("?" * len(provinces))), provinces).fetchall()
    return units, former


def _data_folder() -> Path:
    # found without importing the package: its import alone costs two seconds and 60 MB
    spec = importlib.util.find_spec("vietnamadminunits")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package vietnamadminunits is missing: run `uv sync`")
    return Path(spec.submodule_search_locations[0]) / "data"


def _unit(row: sqlite3.Row) -> dict[str, Any]:
    lat, lon = pack().get("centre_corrections", {}).get(row["wardCode"], (row["wardLat"], row["wardLon"]))
    return {
        "code": row["wardCode"],
        "name": nfc(row["ward"]),
        "kind": _kind(row["ward"]),
        "short_name": nfc(row["wardShort"]),
        "folded": fold(row["ward"]),
        "lat": lat,
        "lon": lon,
        "area_km2": row["wardAreaKm2"],
        "in_area": row["wardCode"] < pack()["area_before_code"],
    }


def _kind(name: str) -> str:
    # from the name: the package's own column of kinds calls one commune a ward
    return next((kind for word, kind in KINDS.items() if nfc(name).startswith(word)), "huyen")


def _former(row: sqlite3.Row) -> dict[str, Any]:
    # an island district without wards stands for itself
    name, short = row["ward"] or row["district"], row["wardShort"] or row["districtShort"]
    return {
        "code": row["wardCode"] or f"d{row['districtCode']}",
        "name": nfc(name),
        "kind": _kind(name),
        "short_name": nfc(short),
        "district": nfc(row["district"]),
        "province": nfc(row["province"]),
        "folded": fold(name),
        "lat": row["wardLat"] or row["districtLat"],
        "lon": row["wardLon"] or row["districtLon"],
    }


def _successions(units: list[sqlite3.Row], former: list[sqlite3.Row]) -> list[dict[str, str]]:
    """Which former unit became (part of) which unit, from the package's own conversion table."""
    table = json.loads((_data_folder() / "converter_2025.json").read_text(encoding="utf-8"))
    province = units[0]["provinceKey"]
    code_of_unit = {row["wardKey"]: row["wardCode"] for row in units}
    code_of_former = {_former_key(row): _former(row)["code"] for row in former}
    pairs = {(old, new) for new, olds in table["DICT_PROVINCE_WARD_NO_DIVIDED"][province].items() for old in olds} | {
        (old, heir["newWardKey"])
        for old, heirs in table["DICT_PROVINCE_WARD_DIVIDED"].get(province, {}).items()
        for heir in heirs
    }
    return [
        {"former_code": code_of_former[old], "unit_code": code_of_unit[new]}
        for old, new in sorted(pairs)
        if old in code_of_former and new in code_of_unit
    ]


def _former_key(row: sqlite3.Row) -> str:
    return f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"


def _upsert(session: Session, table: type[Base], rows: list[dict[str, Any]], key: str) -> None:
    statement = insert(table.__table__)  # type: ignore[arg-type]
    changed = {column: statement.excluded[column] for column in rows[0] if column != key}
    session.connection().execute(statement.on_conflict_do_update(index_elements=[key], set_=changed), rows)
