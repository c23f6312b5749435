"""The leaders' dashboard: figures of a period beside the one before, where, what, who, when, and their files."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from admin.auth import Me
from admin.dashboard import Asked, context, seen
from admin.figures import length, percent
from admin.view import page, wants_fragment
from api.core.errors import NotFound
from api.core.settings import get_settings
from api.core.web import DB, Now
from api.metrics.export import to_csv, to_xlsx
from api.metrics.rules import BadPeriod
from api.metrics.tables import figure_tables, ticket_table
from api.tickets.threads import wanting

router = APIRouter(prefix="/thong-ke")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("")
def show(request: Request, person: Me, db: DB, clock: Now) -> Response:
    """The page, or its figures alone where htmx asks."""
    asked, trouble = Asked.of(request.query_params, clock.now()), ""
    try:
        shown = context(db, person, asked, clock.now())
    except BadPeriod as refused:
        asked, trouble = Asked.of({"don_vi": asked.don_vi}, clock.now()), refused.message
        shown = context(db, person, asked, clock.now())
    shown |= {"trouble": trouble, "percent": percent, "length": length, "wanting": wanting(db, person.staff)}
    name = "_dashboard.html" if wants_fragment(request) else "dashboard.html"
    return page(request, name, 422 if trouble else 200, **shown)


@router.get("/xuat")
def export(request: Request, person: Me, db: DB, clock: Now, bang: str = "", dang: str = "xlsx") -> Response:
    """One table as CSV, or all of them as one XLSX file."""
    now, zone = clock.now(), get_settings().zone
    asked = Asked.of(request.query_params, now)
    over, scope, made = seen(db, person, asked, now)
    tables = [*figure_tables(db, made), ticket_table(db, over, scope, now)]
    first, last = over.days(zone)
    name = f"thong-ke_{first:%Y%m%d}-{last:%Y%m%d}"
    if dang == "xlsx":
        return _file(to_xlsx(tables, zone), XLSX, f"{name}.xlsx")
    chosen = next((table for table in tables if table.code == bang), None)
    if chosen is None or dang != "csv":
        raise NotFound
    return _file(to_csv(chosen, zone), "text/csv; charset=utf-8", f"{name}_{bang}.csv")


def _file(data: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type=kind, headers=headers)
