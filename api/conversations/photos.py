"""Photos of citizens and staff: cleaned, stored once by content, given only to those entitled."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.conversations.models import Media
from api.core.images import Photo, clean_photo
from api.core.settings import get_settings


def store_photo(
    session: Session,
    data: bytes,
    *,
    now: datetime,
    conversation_id: uuid.UUID | None = None,
    staff_id: int | None = None,
) -> Media:
    """Check, clean and keep one photo (bytes as uploaded). The place inside it is kept apart from the picture.

    Raises `TooLarge` or `NotAPhoto`. The file is written before the row: a crash leaves a file without a row, never a
    row without a file.
    """
    settings = get_settings()
    photo = clean_photo(data, max_bytes=settings.max_upload_mb * 1_000_000)
    _write(path_of(photo.sha256), photo)
    row = Media(
        conversation_id=conversation_id,
        staff_id=staff_id,
        sha256=photo.sha256,
        mime=photo.mime,
        width=photo.width,
        height=photo.height,
        size=len(photo.data),
        lat=photo.lat,
        lon=photo.lon,
        taken_at=photo.taken_at.replace(tzinfo=settings.zone) if photo.taken_at else None,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def photos(session: Session, ids: Iterable[str | uuid.UUID]) -> list[Media]:
    """The rows of `ids` that exist, oldest first."""
    wanted = [uuid.UUID(str(i)) for i in ids]
    return list(session.scalars(select(Media).where(Media.id.in_(wanted)).order_by(Media.created_at))) if wanted else []


def forget_places(session: Session, ids: Iterable[str]) -> None:
    """The citizen did not agree to keep where the photos were taken."""
    for media in photos(session, ids):
        media.lat = media.lon = None


def path_of(sha256: str) -> Path:
    return get_settings().media_dir / sha256[:2] / f"{sha256}.jpg"


def _write(path: Path, photo: Photo) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{uuid.uuid4().hex}.part")
    half.write_bytes(photo.data)
    half.replace(path)
