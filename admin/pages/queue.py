"""The queue: the first screen. Whole page, the list alone for a changed filter, or the next rows."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from admin.auth import Me
from admin.desk import queue_context
from admin.view import page, wants_fragment
from api.core.web import DB, Now

router = APIRouter()


@router.get("/")
def show(request: Request, person: Me, db: DB, clock: Now) -> Response:
    context = queue_context(request, db, person, clock.now())
    if wants_fragment(request):
        more = "tiep" in request.query_params
        return page(request, "_rows.html" if more else "_list.html", **context, sheet=None)
    return page(request, "desk.html", **context, sheet=None)
