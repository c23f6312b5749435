"""Legal clocks and calendar days changed by an administrator. A rule keeps its source and its dates of validity."""

import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.errors import Conflict, DomainError
from api.core.text import nfc, squeeze
from api.core.words import read_day
from api.deadlines.models import CalendarOverride, DeadlineRule
from api.deadlines.rules import rule_for
from api.departments.audit import audit, fields_of
from api.localities.taxonomy import categories

RULE_FIELDS = ("name", "first_response_minutes", "resolution_minutes", "source", "verified", "valid_from", "valid_to")
SCOPE_FIELDS = ("message_type", "category", "priority")
TYPES, PRIORITIES = ("report", "suggestion", "emergency"), ("normal", "high", "urgent")
LONGEST_MINUTES = 200_000
LONGEST_TEXT = 500


class GapInRules(Conflict):
    code = "gap_in_rules"
    message = "Có loại phản ánh sẽ không còn thời hạn nào áp dụng. Anh/chị thêm quy định thay thế trước."


def rules(session: Session) -> Sequence[DeadlineRule]:
    return session.scalars(select(DeadlineRule).order_by(DeadlineRule.valid_from.desc(), DeadlineRule.code)).all()


def create_rule(session: Session, by: int, code: str, form: Mapping[str, str], now: datetime) -> DeadlineRule:
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,59}", code):
        raise DomainError("Mã quy định gồm chữ thường không dấu, số và gạch dưới.")
    if session.get(DeadlineRule, code) is not None:
        raise Conflict("Mã quy định này đã có.")
    row = DeadlineRule(code=code, **_scope(form), **_values(form))
    session.add(row)
    session.flush()
    audit(session, by, "rule.add", code, {}, fields_of(row, (*SCOPE_FIELDS, *RULE_FIELDS)), now)
    return row


def edit_rule(session: Session, by: int, row: DeadlineRule, form: Mapping[str, str], now: datetime) -> DeadlineRule:
    """Open tickets keep the due moment they have; the change counts for what is opened from now on."""
    before = fields_of(row, RULE_FIELDS)
    for name, value in _values(form).items():
        setattr(row, name, value)
    session.flush()
    _require_no_gap(session, now.date())
    audit(session, by, "rule.edit", row.code, before, fields_of(row, RULE_FIELDS), now)
    return row


def _scope(form: Mapping[str, str]) -> dict[str, str | None]:
    allowed = {"message_type": TYPES, "category": tuple(categories()), "priority": PRIORITIES}
    scope = {name: form.get(name, "") or None for name in SCOPE_FIELDS}
    if any(value is not None and value not in allowed[name] for name, value in scope.items()):
        raise DomainError("Phạm vi áp dụng không có trong danh sách.")
    return scope


def _values(form: Mapping[str, str]) -> dict[str, object]:
    first, last = _minutes(form.get("first_response_minutes", "")), _minutes(form.get("resolution_minutes", ""))
    start, end = read_day(form.get("valid_from", "")), read_day(form.get("valid_to", ""))
    if first > last:
        raise DomainError("Thời hạn trả lời đầu tiên không dài hơn thời hạn giải quyết.")
    if start is None or (end is not None and end <= start):
        raise DomainError("Ngày hết hiệu lực phải sau ngày có hiệu lực.")
    return {
        "name": _text(form.get("name", ""), "Tên quy định"),
        "first_response_minutes": first,
        "resolution_minutes": last,
        "source": _text(form.get("source", ""), "Căn cứ pháp lý"),
        "verified": form.get("verified", "") == "1",
        "valid_from": start,
        "valid_to": end,
    }


def _require_no_gap(session: Session, today: date) -> None:
    """On every day from today on some rule holds for every kind of ticket; only days on which a rule ends matter."""
    known = rules(session)
    days = {today} | {rule.valid_to for rule in known if rule.valid_to is not None and rule.valid_to > today}
    for day, kind, category, priority in itertools.product(days, TYPES, categories(), PRIORITIES):
        if rule_for(known, kind, category, priority, day) is None:
            raise GapInRules


def days(session: Session) -> Sequence[CalendarOverride]:
    return session.scalars(select(CalendarOverride).order_by(CalendarOverride.day.desc())).all()


def save_day(session: Session, by: int, day: str, working: bool, note: str, now: datetime) -> CalendarOverride:
    """A day that is worked or free against the calendar, with the decision that says so."""
    when = read_day(day)
    if when is None:
        raise DomainError("Anh/chị ghi ngày nhé.")
    row = session.get(CalendarOverride, when)
    before = fields_of(row, ("working", "note")) if row else {}
    if row is None:
        row = CalendarOverride(day=when)
        session.add(row)
    row.working, row.note = working, _text(note, "Lý do")
    session.flush()
    audit(session, by, "day.save", when.isoformat(), before, fields_of(row, ("working", "note")), now)
    return row


def delete_day(session: Session, by: int, day: str, now: datetime) -> None:
    when = read_day(day)
    row = session.get(CalendarOverride, when) if when else None
    if row is None:
        raise DomainError("Ngày này không còn trong danh sách.")
    session.delete(row)
    audit(session, by, "day.delete", row.day.isoformat(), fields_of(row, ("working", "note")), {}, now)


def _minutes(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 8 and 0 < int(said) <= LONGEST_MINUTES):
        raise DomainError("Thời hạn là số phút làm việc lớn hơn 0 (một ngày làm việc là 480 phút).")
    return int(said)


def _text(value: str, name: str) -> str:
    clean = squeeze(nfc(value))
    if not clean or len(clean) > LONGEST_TEXT:
        raise DomainError(f"{name} cần từ 1 đến {LONGEST_TEXT} ký tự.")
    return clean
