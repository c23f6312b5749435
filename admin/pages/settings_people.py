"""Set-up: staff accounts, departments, routes."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from admin.auth import Admin, Form, text_of
from admin.desk import unit_names
from admin.settings_view import attempt, fields, screen
from api.core.errors import DomainError, NotFound
from api.core.web import DB, Now
from api.departments import edit
from api.departments.models import Department, Role, Staff
from api.departments.queries import departments, names, staff_of
from api.routing.edit import COMMUNE, delete_route, routes, save_route

router = APIRouter(prefix="/cai-dat")
STAFF, DEPARTMENTS, ROUTES = "/admin/cai-dat/tai-khoan", "/admin/cai-dat/don-vi", "/admin/cai-dat/tuyen"


@router.get("")
def start(person: Admin) -> Response:
    return RedirectResponse(STAFF, 303)


def _staff(db: Session) -> dict[str, Any]:
    return {"people": staff_of(db), "departments": departments(db), "names": names(db), "roles": list(Role)}


@router.get("/tai-khoan")
def staff(request: Request, person: Admin, db: DB) -> Response:
    return screen(request, db, "staff", _staff)


@router.post("/tai-khoan")
def add_account(request: Request, person: Admin, form: Form, db: DB, clock: Now) -> Response:
    username, name, password, role, department = (
        text_of(form, field) for field in ("username", "name", "password", "role", "department_code")
    )

    def change() -> None:
        edit.create_account(db, person.staff.id, username, name, password, role, department, clock.now())

    return attempt(request, db, "staff", "new", form, _staff, change, STAFF)


def _account(db: Session, staff_id: int) -> Staff:
    found = db.get(Staff, staff_id)
    if found is None:
        raise NotFound("Không tìm thấy tài khoản này.")
    return found


@router.post("/tai-khoan/{staff_id}")
def change_account(request: Request, staff_id: int, person: Admin, form: Form, db: DB, clock: Now) -> Response:
    row, by = _account(db, staff_id), person.staff.id
    given = {"active": "0"} | fields(form)

    def change() -> None:
        if row.id == by and given["active"] != "1":
            raise DomainError("Anh/chị không tự khóa tài khoản của mình được.")
        edit.edit_account(db, by, row, given, clock.now())

    return attempt(request, db, "staff", str(staff_id), form, _staff, change, STAFF)


@router.post("/tai-khoan/{staff_id}/mat-khau")
def new_password(request: Request, staff_id: int, person: Admin, form: Form, db: DB, clock: Now) -> Response:
    row, by = _account(db, staff_id), person.staff.id

    def change() -> None:
        edit.reset_password(db, by, row, text_of(form, "password"), clock.now())

    return attempt(request, db, "staff", f"password-{staff_id}", form, _staff, change, STAFF)


def _departments(db: Session) -> dict[str, Any]:
    return {"rows": departments(db, active_only=False), "kinds": edit.KINDS}


@router.get("/don-vi")
def all_departments(request: Request, person: Admin, db: DB) -> Response:
    return screen(request, db, "departments", _departments)


@router.post("/don-vi")
def add_department(request: Request, person: Admin, form: Form, db: DB, clock: Now) -> Response:
    def change() -> None:
        code, kind = text_of(form, "code").strip(), text_of(form, "kind")
        edit.create_department(db, person.staff.id, code, kind, fields(form), clock.now())

    return attempt(request, db, "departments", "new", form, _departments, change, DEPARTMENTS)


@router.post("/don-vi/{code}")
def change_department(request: Request, code: str, person: Admin, form: Form, db: DB, clock: Now) -> Response:
    row = db.get(Department, code)
    if row is None:
        raise NotFound("Không tìm thấy đơn vị này.")
    given, by = {"active": "0"} | fields(form), person.staff.id

    def change() -> None:
        edit.edit_department(db, by, row, given, clock.now())

    return attempt(request, db, "departments", code, form, _departments, change, DEPARTMENTS)


def _routes(db: Session) -> dict[str, Any]:
    owners = [(COMMUNE, "UBND phường, xã nơi xảy ra")] + [(one.code, one.short_name) for one in departments(db)]
    return {"rows": routes(db), "owners": owners, "names": names(db), "units": unit_names(db), "commune": COMMUNE}


@router.get("/tuyen")
def all_routes(request: Request, person: Admin, db: DB) -> Response:
    return screen(request, db, "routes", _routes)


@router.post("/tuyen")
def set_route(request: Request, person: Admin, form: Form, db: DB, clock: Now) -> Response:
    category, unit, owner = text_of(form, "category"), text_of(form, "unit_code") or None, text_of(form, "owner")

    def change() -> None:
        save_route(db, person.staff.id, category, unit, owner, clock.now())

    return attempt(request, db, "routes", f"{category}/{unit or ''}", form, _routes, change, ROUTES)


@router.post("/tuyen/{route_id}/xoa")
def drop_route(request: Request, route_id: int, person: Admin, form: Form, db: DB, clock: Now) -> Response:
    def change() -> None:
        delete_route(db, person.staff.id, route_id, clock.now())

    return attempt(request, db, "routes", f"delete-{route_id}", form, _routes, change, ROUTES)
