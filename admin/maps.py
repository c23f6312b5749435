"""What lies under the circles and points of every map."""

from sqlalchemy.orm import Session

from api.core.settings import get_settings
from api.places.service import borders_imported_at


def ground(db: Session) -> dict[str, str | None]:
    """The addresses of tiles and of the units' borders, each None where the installation has none."""
    at = borders_imported_at(db)
    # another address after each import: what a browser keeps is never of an earlier one
    borders = f"/admin/ban-do/ranh-gioi.json?{at:%Y%m%d%H%M%S}" if at else None
    return {"tiles": get_settings().map_tiles_url, "borders": borders}
