"""Accounts and departments changed by an administrator. Each change leaves an audit row."""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.errors import Conflict, DomainError
from api.core.text import nfc, squeeze
from api.departments.audit import audit, fields_of
from api.departments.models import Department, Role, Staff
from api.departments.staff import add_staff, set_active, set_password

STAFF_FIELDS = ("name", "role", "department_code", "active")
DEPARTMENT_FIELDS = ("name", "short_name", "phone", "address", "active")
KINDS = ("city", "utility", "commune")
LONGEST = 200
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


class LastAdmin(Conflict):
    code = "last_admin"
    message = "Cần ít nhất một quản trị viên đang hoạt động."


def create_account(
    session: Session, by: int, username: str, name: str, password: str, role: str, department: str | None, now: datetime
) -> Staff:
    """A new account. Raises with a Vietnamese sentence on a bad password, role, department or a name that is taken."""
    if not re.fullmatch(r"[a-zA-Z0-9._-]{3,40}", username.strip()):
        raise DomainError("Tên đăng nhập gồm 3 đến 40 chữ không dấu, số, dấu chấm hoặc gạch.")
    staff = add_staff(session, username, _text(name, "Họ tên"), password, role, department or None)
    audit(session, by, "staff.add", staff.username, {}, fields_of(staff, STAFF_FIELDS), now)
    return staff


def edit_account(session: Session, by: int, staff: Staff, changes: Mapping[str, str], now: datetime) -> Staff:
    """Change name, role, department, or close and open the account."""
    before = fields_of(staff, STAFF_FIELDS)
    role, department = changes.get("role", staff.role), changes.get("department_code", staff.department_code or "") or None
    active = changes.get("active", "1") == "1"
    if role not in set(Role):
        raise DomainError("Vai trò không có trong danh sách.")
    if department and session.get(Department, department) is None:
        raise DomainError("Đơn vị không có trong danh sách.")
    if role in {Role.CLERK, Role.HEAD} and department is None:
        raise DomainError("Cán bộ cần thuộc một đơn vị có trong danh sách.")
    staff.name, staff.role, staff.department_code = _text(changes.get("name", staff.name), "Họ tên"), Role(role), department
    if active != staff.active:
        set_active(session, staff, active)
    session.flush()
    _require_an_admin(session)
    audit(session, by, "staff.edit", staff.username, before, fields_of(staff, STAFF_FIELDS), now)
    return staff


def reset_password(session: Session, by: int, staff: Staff, password: str, now: datetime) -> None:
    """A new password, which ends the account's sessions. What it was and is stays unsaid."""
    set_password(session, staff, password)
    audit(session, by, "staff.password", staff.username, {}, {"password": "***"}, now)


def _require_an_admin(session: Session) -> None:
    query = select(func.count()).select_from(Staff).where(Staff.role == Role.ADMIN, Staff.active)
    if not session.scalar(query):
        raise LastAdmin


def create_department(session: Session, by: int, code: str, kind: str, changes: Mapping[str, str], now: datetime) -> Department:
    if not _CODE.fullmatch(code) or kind not in KINDS:
        raise DomainError("Mã đơn vị gồm chữ thường không dấu, số và gạch dưới; chọn loại đơn vị.")
    if session.get(Department, code) is not None:
        raise Conflict("Mã đơn vị này đã có.")
    names = {name: _text(changes.get(name, ""), "Tên đơn vị") for name in ("name", "short_name")}
    row = Department(code=code, kind=kind, active=True, **names, **_optional(changes))
    session.add(row)
    session.flush()
    audit(session, by, "department.add", code, {}, fields_of(row, DEPARTMENT_FIELDS), now)
    return row


def edit_department(session: Session, by: int, row: Department, changes: Mapping[str, str], now: datetime) -> Department:
    before = fields_of(row, DEPARTMENT_FIELDS)
    row.name, row.short_name = _text(changes.get("name", ""), "Tên đơn vị"), _text(changes.get("short_name", ""), "Tên ngắn")
    optional = _optional(changes)
    row.phone, row.address, row.active = optional["phone"], optional["address"], changes.get("active", "1") == "1"
    if row.kind == "dispatch" and not row.active:
        raise DomainError("Bàn điều phối không tắt được: mọi phản ánh chưa rõ nơi xử lý về đây.")
    session.flush()
    audit(session, by, "department.edit", row.code, before, fields_of(row, DEPARTMENT_FIELDS), now)
    return row


def _optional(changes: Mapping[str, str]) -> dict[str, str | None]:
    return {name: squeeze(nfc(changes.get(name, "")))[:LONGEST] or None for name in ("phone", "address")}


def _text(value: str, name: str) -> str:
    clean = squeeze(nfc(value))
    if not clean or len(clean) > LONGEST:
        raise DomainError(f"{name} cần từ 1 đến {LONGEST} ký tự.")
    return clean
