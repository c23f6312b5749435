"""`langnghe places`: what an installation knows of its own area beyond the pack."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.cli.plain_help import Command, new_group
from api.cli.trouble import Trouble

app = new_group("Địa bàn: ranh giới các phường, xã.")
SHOWN = 10  # names listed in one line


@app.command("boundaries", cls=Command)
def boundaries(
    file: Annotated[Path, typer.Argument(metavar="TỆP.geojson", help="Ranh giới phường, xã, tọa độ WGS84 (EPSG:4326).")],
) -> None:
    """Nhập ranh giới do cơ quan anh/chị giữ: ghim bản đồ của người dân sẽ chỉ đúng phường, xã."""
    from api.cli.database import available
    from api.core.clock import SystemClock
    from api.core.db import transaction
    from api.places.boundaries import load

    text = _read(file)
    with available(), transaction() as session:
        found = load(session, text, SystemClock().now())
    typer.echo(f"Đã nhập ranh giới của {len(found.shapes)} phường, xã; có hiệu lực ngay.")
    if found.by_place:
        typer.echo(f"Tên không khớp nên nhận theo vị trí, anh/chị xem lại giúp: {_some(found.by_place)}.")
    if found.strangers:
        typer.echo(f"Không dùng {len(found.strangers)} vùng vì không rõ là phường, xã nào: {_some(found.strangers)}.")
    if found.lacking:
        typer.echo(f"Còn thiếu ranh giới của {len(found.lacking)} phường, xã: {_some(found.lacking)}.")


@app.command("forget-boundaries", cls=Command)
def forget_boundaries() -> None:
    """Bỏ ranh giới đã nhập; ghim bản đồ lại được đoán theo điểm giữa của phường, xã."""
    from api.cli.database import available
    from api.core.db import transaction
    from api.places.boundaries import forget

    with available(), transaction() as session:
        count = forget(session)
    typer.echo(f"Đã bỏ ranh giới của {count} phường, xã." if count else "Chưa có ranh giới nào được nhập.")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Trouble("Tệp không phải là GeoJSON đọc được (cần mã UTF-8).") from error
    except OSError as error:
        raise Trouble(f"Không đọc được tệp {file}.") from error


def _some(names: Sequence[str]) -> str:
    more = f" và {len(names) - SHOWN} nơi khác" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
