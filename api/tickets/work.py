"""What staff do with a ticket. Each function is one deed of one person, checked, recorded and told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from api.channels.contract import OutgoingMessage
from api.conversations.outbox import say
from api.conversations.photos import photos
from api.core.errors import DomainError
from api.core.text import nfc
from api.deadlines.rules import add_working_minutes, working_minutes_between
from api.deadlines.service import applicable_rule, calendar, due_dates
from api.departments.models import Department, Staff
from api.departments.queries import dispatch_desk
from api.localities.taxonomy import categories
from api.tickets.access import require
from api.tickets.change import change
from api.tickets.models import Priority, Ticket, TicketEvent, TicketPhoto
from api.tickets.queries import reporters
from api.tickets.rules import Deed

MAX_WORDS = 4000


class WordsMissing(DomainError):
    code = "words_missing"
    message = "Anh/chị viết nội dung trước khi gửi nhé."


class UnknownDepartment(DomainError):
    code = "unknown_department"
    message = "Đơn vị nhận không có trong danh sách."


def _words(text: str) -> str:
    clean = nfc(text).strip()
    if not clean:
        raise WordsMissing
    if len(clean) > MAX_WORDS:
        raise WordsMissing(f"Nội dung dài quá (tối đa {MAX_WORDS} ký tự).")
    return clean


def _answered(ticket: Ticket, now: datetime) -> None:
    """The first answer of a person stops the first clock."""
    ticket.first_answered_at = ticket.first_answered_at or now


def accept(session: Session, ticket: Ticket, staff: Staff, now: datetime) -> TicketEvent:
    """Take the ticket on: it gets this person as its assignee."""
    require(staff, ticket, Deed.ACCEPT)
    resume_clock(session, ticket, now)
    ticket.assignee_id = staff.id
    _answered(ticket, now)
    return change(session, ticket, Deed.ACCEPT, now, actor="staff", staff_id=staff.id)


def ask_back(session: Session, ticket: Ticket, staff: Staff, question: str, now: datetime) -> TicketEvent:
    """Ask the citizen for something. The clock stands until the answer comes."""
    require(staff, ticket, Deed.ASK_BACK)
    words = _words(question)
    _answered(ticket, now)
    ticket.waiting_since = ticket.waiting_since or now
    return change(session, ticket, Deed.ASK_BACK, now, actor="staff", staff_id=staff.id, text=words)


def citizen_answer(session: Session, ticket: Ticket, text: str, now: datetime, media_ids: Sequence[str] = ()) -> TicketEvent:
    """The citizen answered what staff had asked: the clock runs again, later by the time it stood."""
    for media in photos(session, media_ids):
        session.merge(TicketPhoto(ticket_id=ticket.id, media_id=media.id, moment="before"))
    resume_clock(session, ticket, now)
    return change(
        session, ticket, Deed.CITIZEN_ANSWER, now, actor="citizen", text=_words(text), media_ids=list(media_ids) or None
    )


def resume_clock(session: Session, ticket: Ticket, now: datetime) -> None:
    """The clock runs again after an ask-back: due later by the working time that it stood."""
    if ticket.waiting_since is None:
        return
    work = calendar(session)
    stood = working_minutes_between(work, ticket.waiting_since, now)
    ticket.due_at = add_working_minutes(work, ticket.due_at, stood)
    ticket.waiting_since = None


def forward(session: Session, ticket: Ticket, staff: Staff, department_code: str, reason: str, now: datetime) -> TicketEvent:
    """Give the ticket to the department that owns it, with a reason. The clock goes on: the citizen waits either way."""
    require(staff, ticket, Deed.FORWARD)
    target = session.get(Department, department_code)
    if target is None or not target.active or target.code == ticket.department_code:
        raise UnknownDepartment
    return _move(session, ticket, staff, target, Deed.FORWARD, _words(reason), now)


def give_back(session: Session, ticket: Ticket, staff: Staff, reason: str, now: datetime) -> TicketEvent:
    """Return the ticket to the dispatchers' desk: it is not ours, and we do not know whose."""
    require(staff, ticket, Deed.RETURN)
    desk = dispatch_desk(session)
    if desk.code == ticket.department_code:
        raise UnknownDepartment("Phản ánh đang ở bàn điều phối, anh/chị chọn đơn vị để chuyển nhé.")
    return _move(session, ticket, staff, desk, Deed.RETURN, _words(reason), now)


def _move(
    session: Session, ticket: Ticket, staff: Staff, target: Department, deed: Deed, reason: str, now: datetime
) -> TicketEvent:
    left = ticket.department_code
    resume_clock(session, ticket, now)
    ticket.department_code, ticket.assignee_id = target.code, None
    moved = {"from_department": left, "department": target.code, "reason": reason}
    return change(session, ticket, deed, now, actor="staff", staff_id=staff.id, **moved)


def assign(session: Session, ticket: Ticket, staff: Staff, to: Staff, now: datetime) -> TicketEvent:
    require(staff, ticket, Deed.ASSIGN)
    if to.department_code != ticket.department_code or not to.active:
        raise UnknownDepartment("Chỉ giao được cho cán bộ của đơn vị đang xử lý.")
    ticket.assignee_id = to.id
    return change(session, ticket, Deed.ASSIGN, now, actor="staff", staff_id=staff.id, to=to.id)


def note(session: Session, ticket: Ticket, staff: Staff, text: str, now: datetime) -> TicketEvent:
    """An internal note: never shown to the citizen."""
    require(staff, ticket, Deed.NOTE)
    return change(session, ticket, Deed.NOTE, now, actor="staff", staff_id=staff.id, text=_words(text))


def reply(session: Session, ticket: Ticket, staff: Staff, text: str, now: datetime) -> TicketEvent:
    """Write to the citizen (and to the reporters of merged duplicates) on the channel each of them came by."""
    require(staff, ticket, Deed.REPLY)
    words = _words(text)
    _answered(ticket, now)
    event = change(session, ticket, Deed.REPLY, now, actor="staff", staff_id=staff.id, text=words)
    event.announced_at = now  # the words themselves are the message
    for reporter in reporters(session, ticket.id):
        say(session, reporter.conversation_id, OutgoingMessage(words), author="staff", now=now, staff_id=staff.id)
    return event


def recategorise(session: Session, ticket: Ticket, staff: Staff, category: str, now: datetime) -> TicketEvent:
    require(staff, ticket, Deed.RECATEGORISE)
    if category not in categories():
        raise UnknownDepartment("Lĩnh vực này không có trong danh mục.")
    before, ticket.category = ticket.category, category
    return change(
        session, ticket, Deed.RECATEGORISE, now, actor="staff", staff_id=staff.id, before_category=before, category=category
    )


def prioritise(session: Session, ticket: Ticket, staff: Staff, priority: str, now: datetime) -> TicketEvent:
    """Change how pressing it is: the clock is set by the rule for that priority.

    Time that was added since (asked back, extended, reopened) stays added.
    """
    require(staff, ticket, Deed.PRIORITISE)
    if priority not in set(Priority):
        raise DomainError("Mức ưu tiên không có trong danh sách.")
    before = due_dates(session, ticket.message_type, ticket.category, ticket.priority, ticket.opened_at)
    after = due_dates(session, ticket.message_type, ticket.category, priority, ticket.opened_at)
    work = calendar(session)
    added = max(0, working_minutes_between(work, before.resolution_at, ticket.due_at))
    ticket.priority, ticket.deadline_rule = Priority(priority), after.rule.code
    ticket.due_at, ticket.warned_at = add_working_minutes(work, after.resolution_at, added), None
    return change(session, ticket, Deed.PRIORITISE, now, actor="staff", staff_id=staff.id, priority=priority)


def extend(session: Session, ticket: Ticket, staff: Staff, working_days: int, reason: str, now: datetime) -> TicketEvent:
    """A lawful extension with its reason, told to the citizen with the new date. At most the length of the rule itself."""
    require(staff, ticket, Deed.EXTEND)
    work = calendar(session)
    opened_on = ticket.opened_at.astimezone(work.zone).date()
    rule = applicable_rule(session, ticket.message_type, ticket.category, ticket.priority, opened_on)
    minutes = working_days * work.minutes_a_day()
    if not 0 < minutes <= max(rule.resolution_minutes, work.minutes_a_day()):
        raise DomainError("Chỉ gia hạn được tối đa bằng thời hạn ban đầu.")
    before = ticket.due_at
    ticket.due_at = add_working_minutes(work, max(ticket.due_at, now), minutes)
    ticket.warned_at = None
    told = {"reason": _words(reason), "before_due_at": before.isoformat(), "due_at": ticket.due_at.isoformat()}
    return change(session, ticket, Deed.EXTEND, now, actor="staff", staff_id=staff.id, **told)


def resolve(
    session: Session, ticket: Ticket, staff: Staff, answer: str, now: datetime, after_photo_ids: Sequence[str] = ()
) -> TicketEvent:
    """Done: the answer, and photos of how it looks now, go to every reporter, who may rate or say that it is not fixed."""
    require(staff, ticket, Deed.RESOLVE)
    words = _words(answer)
    for media in photos(session, after_photo_ids):
        session.merge(TicketPhoto(ticket_id=ticket.id, media_id=media.id, moment="after"))
    _finish(ticket, words, now)
    # the due moment is kept with the solution: the ticket's own moves on if it is reopened
    shown = {"text": words, "media_ids": list(after_photo_ids) or None, "due_at": ticket.due_at.isoformat()}
    return change(session, ticket, Deed.RESOLVE, now, actor="staff", staff_id=staff.id, **shown)


def reject(session: Session, ticket: Ticket, staff: Staff, reason: str, now: datetime) -> TicketEvent:
    """Not ours to handle, with the reason the citizen reads."""
    require(staff, ticket, Deed.REJECT)
    words = _words(reason)
    _finish(ticket, words, now)
    return change(session, ticket, Deed.REJECT, now, actor="staff", staff_id=staff.id, text=words)


def _finish(ticket: Ticket, answer: str, now: datetime) -> None:
    _answered(ticket, now)
    ticket.answer, ticket.resolved_at, ticket.waiting_since = answer, now, None
