"""Staff accounts and their sessions: argon2, server-side, locked after failures."""

import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.core.errors import Conflict, DomainError, NotSignedIn
from api.core.security import hash_password, new_token, password_matches, token_hash
from api.departments.models import Department, Role, Staff, StaffSession

SESSION_LENGTH = timedelta(hours=12)
FAILURES_UNTIL_LOCK = 5
LOCK_LENGTH = timedelta(minutes=15)
SHORTEST_PASSWORD = 10


class WrongPassword(NotSignedIn):
    code = "wrong_password"
    message = "Tên đăng nhập hoặc mật khẩu chưa đúng."


class Locked(NotSignedIn):
    code = "locked"
    message = "Tài khoản tạm khóa 15 phút vì nhập sai nhiều lần. Anh/chị thử lại sau nhé."


class NameTaken(Conflict):
    code = "name_taken"
    message = "Tên đăng nhập này đã có người dùng."


@lru_cache(maxsize=1)
def _nobodys_password() -> str:
    """A hash to compare with, so that unknown names take as long as known ones."""
    return hash_password("nobody's password")


def sign_in(
    session: Session, username: str, password: str, now: datetime, user_agent: str | None = None
) -> tuple[Staff, str, StaffSession]:
    """A new session: the person, the token for the cookie, the row. Raises `WrongPassword` or `Locked`.

    Failures are counted in the caller's transaction: the edge commits on these two errors as well.
    """
    staff = session.scalar(select(Staff).where(Staff.username == _name(username)).with_for_update())
    if staff is None or not staff.active:
        password_matches(_nobodys_password(), password)
        raise WrongPassword
    if staff.locked_until and staff.locked_until > now:
        raise Locked
    if not password_matches(staff.password_hash, password):
        _count_failure(session, staff, now)
        raise WrongPassword
    staff.failed_logins, staff.locked_until = 0, None
    token, row = _new_session(session, staff, now, user_agent)
    return staff, token, row


def _count_failure(session: Session, staff: Staff, now: datetime) -> None:
    staff.failed_logins += 1
    if staff.failed_logins >= FAILURES_UNTIL_LOCK:
        staff.failed_logins, staff.locked_until = 0, now + LOCK_LENGTH
    session.flush()


def _new_session(session: Session, staff: Staff, now: datetime, user_agent: str | None) -> tuple[str, StaffSession]:
    session.execute(delete(StaffSession).where(StaffSession.expires_at < now))
    token = new_token()
    row = StaffSession(
        token_hash=token_hash(token),
        staff_id=staff.id,
        csrf_token=new_token(),
        created_at=now,
        expires_at=now + SESSION_LENGTH,
        user_agent=(user_agent or "")[:200] or None,
    )
    session.add(row)
    session.flush()
    return token, row


def session_of(session: Session, token: str, now: datetime) -> tuple[Staff, StaffSession] | None:
    """Who sent this cookie; None if unknown, expired, or the account was closed since."""
    query = select(Staff, StaffSession).join(StaffSession, StaffSession.staff_id == Staff.id)
    row = session.execute(query.where(StaffSession.token_hash == token_hash(token))).first()
    if row is None or row[1].expires_at <= now or not row[0].active:
        return None
    return row[0], row[1]


def sign_out(session: Session, token: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash(token)))


def add_staff(
    session: Session,
    username: str,
    name: str,
    password: str,
    role: str,
    department_code: str | None = None,
    *,
    demo: bool = False,
) -> Staff:
    """A new account. Clerks and heads need a department."""
    _check(session, username, password, role, department_code, demo)
    staff = Staff(
        username=_name(username),
        name=unicodedata.normalize("NFC", name).strip(),
        password_hash=hash_password(password),
        role=Role(role),
        department_code=department_code,
        demo=demo,
    )
    session.add(staff)
    session.flush()
    return staff


def _check(session: Session, username: str, password: str, role: str, department_code: str | None, demo: bool) -> None:
    if role not in set(Role):
        raise DomainError("Vai trò không có trong danh sách.")
    if not _name(username) or (len(password) < SHORTEST_PASSWORD and not demo):
        raise DomainError(f"Mật khẩu cần ít nhất {SHORTEST_PASSWORD} ký tự.")
    if role in {Role.CLERK, Role.HEAD} and (not department_code or session.get(Department, department_code) is None):
        raise DomainError("Cán bộ cần thuộc một đơn vị có trong danh sách.")
    if session.scalar(select(Staff.id).where(Staff.username == _name(username))) is not None:
        raise NameTaken


def set_password(session: Session, staff: Staff, password: str) -> None:
    """A new password ends every open session of the account."""
    if len(password) < SHORTEST_PASSWORD:
        raise DomainError(f"Mật khẩu cần ít nhất {SHORTEST_PASSWORD} ký tự.")
    staff.password_hash, staff.failed_logins, staff.locked_until = hash_password(password), 0, None
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))


def set_active(session: Session, staff: Staff, active: bool) -> None:
    staff.active = active
    if not active:
        session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))
        session.execute(update(Staff).where(Staff.id == staff.id).values(locked_until=None))


def _name(username: str) -> str:
    return username.strip().lower()
