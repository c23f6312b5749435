"""Signed public addresses of photos, for platforms that fetch a photo themselves (Zalo Bot)."""

import uuid
from datetime import UTC, datetime, timedelta

from api.core.security import same, sign
from api.core.settings import get_settings

# the platform may fetch it more than once, minutes later
GOOD_FOR = timedelta(days=1)


def photo_link(media_id: str, now: datetime) -> str:
    until = int((now + GOOD_FOR).timestamp())
    return f"{get_settings().public_address}/hooks/photos/{media_id}/{until}/{_signature(media_id, until)}.jpg"


def is_good(media_id: uuid.UUID, until: int, signature: str, now: datetime) -> bool:
    return same(signature, _signature(str(media_id), until)) and now.astimezone(UTC).timestamp() < until


def _signature(media_id: str, until: int) -> str:
    return sign(get_settings().secret, "photo", media_id, str(until))
