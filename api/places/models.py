"""Places: today's units, the units of before July 2025, and what became of them."""

from datetime import datetime

from sqlalchemy import ARRAY, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base


class PlaceUnit(Base):
    """A ward, commune or special zone of today. `code` is the official five-digit code; lat/lon WGS84 degrees."""

    __tablename__ = "place_unit"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]  # with its kind: "Phường Hải Dương"
    kind: Mapped[str]  # phuong | xa | dac_khu
    short_name: Mapped[str]  # "Hải Dương"
    folded: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    area_km2: Mapped[float | None]
    in_area: Mapped[bool] = mapped_column(default=True)  # inside the area this installation serves


class FormerUnit(Base):
    """A ward or commune as it was before 1 July 2025; people go on using its name."""

    __tablename__ = "place_former"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]  # "Phường Bình Hàn"
    short_name: Mapped[str]
    kind: Mapped[str]  # phuong | xa | thi_tran
    district: Mapped[str]  # "Thành phố Hải Dương"
    province: Mapped[str]
    folded: Mapped[str]
    lat: Mapped[float | None]
    lon: Mapped[float | None]


class Succession(Base):
    """A former unit became (part of) a unit of today. More than one row: it was split, ask the citizen."""

    __tablename__ = "place_succession"
    former_code: Mapped[str] = mapped_column(ForeignKey("place_former.code", ondelete="CASCADE"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("place_unit.code", ondelete="CASCADE"), primary_key=True)


class Landmark(Base):
    """One name of a street, hamlet, bridge, market, school … of the locality pack, with its units and a rough point."""

    __tablename__ = "place_landmark"
    __table_args__ = (Index("ix_place_landmark_folded", "folded"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    said: Mapped[str]  # what people call it: the name, or a shorter one
    kind: Mapped[str]  # street | hamlet | market | bridge …; phuong | xa | thi_tran: a unit that was merged before 2025
    folded: Mapped[str]
    units: Mapped[list[str]] = mapped_column(ARRAY(String))  # it lies in one of them; none: somewhere in its district
    district: Mapped[str]  # folded name of the former district
    lat: Mapped[float | None]
    lon: Mapped[float | None]


class UnitBoundary(Base):
    """Where a unit's border runs, as the authority draws it: imported, never shipped."""

    __tablename__ = "place_boundary"
    unit_code: Mapped[str] = mapped_column(ForeignKey("place_unit.code", ondelete="CASCADE"), primary_key=True)
    shape: Mapped[bytes]  # WKB, WGS84 degrees: x is the longitude
    imported_at: Mapped[datetime]
