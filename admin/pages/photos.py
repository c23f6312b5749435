"""Photos for staff: only those of tickets and threads that the person may see."""

import uuid

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from admin.auth import Me
from api.conversations.models import Media
from api.conversations.photos import path_of
from api.core.errors import NotFound
from api.core.web import DB
from api.tickets.threads import may_see_photo

router = APIRouter()


@router.get("/anh/{media_id}")
def show(media_id: uuid.UUID, person: Me, db: DB) -> Response:
    media = db.get(Media, media_id)
    path = path_of(media.sha256) if media else None
    if media is None or path is None or not may_see_photo(db, person.staff, media) or not path.exists():
        raise NotFound("Không tìm thấy ảnh này.")
    return FileResponse(path, media_type=media.mime, headers={"Cache-Control": "private, max-age=3600"})
