"""What staff do: each deed changes what it says, leaves one event, reaches whom it should. Chi may not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.conversations.models import Message
from api.conversations.photos import store_photo
from api.core.errors import DomainError, Forbidden
from api.deadlines.rules import working_minutes_between
from api.deadlines.service import calendar
from api.departments.models import Staff
from api.notifications.service import announce
from api.tickets import work
from api.tickets.models import Status, Ticket
from api.tickets.queries import photos_of, timeline
from api.tickets.rules import NotAllowedNow
from tests.cast import CLEANING, Cast, jpeg

DAY = 480  # working minutes


def last(db: Session, ticket: Ticket) -> tuple[str, bool]:
    event = timeline(db, ticket.id)[-1]
    return event.kind, event.public


DEEDS: dict[str, Callable[[Session, Ticket, Staff, datetime], object]] = {
    "accept": work.accept,
    "ask_back": lambda db, t, s, now: work.ask_back(db, t, s, "Ở đoạn nào ạ?", now),
    "forward": lambda db, t, s, now: work.forward(db, t, s, CLEANING, "Không thuộc đơn vị", now),
    "return": lambda db, t, s, now: work.give_back(db, t, s, "Không rõ của ai", now),
    "note": lambda db, t, s, now: work.note(db, t, s, "Cột số 14", now),
    "reply": lambda db, t, s, now: work.reply(db, t, s, "Dạ, đang xử lý", now),
    "recategorise": lambda db, t, s, now: work.recategorise(db, t, s, "electricity", now),
    "resolve": lambda db, t, s, now: work.resolve(db, t, s, "Đã thay bóng", now),
    "reject": lambda db, t, s, now: work.reject(db, t, s, "Ngoài phạm vi", now),
    "assign": lambda db, t, s, now: work.assign(db, t, s, s, now),
    "prioritise": lambda db, t, s, now: work.prioritise(db, t, s, "high", now),
    "extend": lambda db, t, s, now: work.extend(db, t, s, 2, "Chờ vật tư", now),
}


@pytest.mark.parametrize("deed", [name for name in DEEDS if name not in {"prioritise", "extend"}])
def test_binh_may(db: Session, cast: Cast, now: datetime, deed: str) -> None:
    DEEDS[deed](db, cast.ticket, cast.binh, now)
    assert last(db, cast.ticket) == (deed, deed not in {"note", "assign", "recategorise", "return"})


@pytest.mark.parametrize("deed", DEEDS)
def test_chi_may_not(db: Session, cast: Cast, now: datetime, deed: str) -> None:
    with pytest.raises(Forbidden):
        DEEDS[deed](db, cast.ticket, cast.chi, now)
    assert len(timeline(db, cast.ticket.id)) == 1


@pytest.mark.parametrize("deed", [name for name in DEEDS if name not in {"note", "prioritise"}])
def test_a_leader_changes_nothing(db: Session, cast: Cast, now: datetime, deed: str) -> None:
    with pytest.raises(Forbidden):
        DEEDS[deed](db, cast.ticket, cast.dung, now)


@pytest.mark.parametrize("deed", ["prioritise", "extend"])
def test_only_the_head_and_dispatchers_touch_the_clock(db: Session, cast: Cast, now: datetime, deed: str) -> None:
    with pytest.raises(Forbidden):
        DEEDS[deed](db, cast.ticket, cast.binh, now)
    DEEDS[deed](db, cast.ticket, cast.minh, now)
    assert last(db, cast.ticket)[0] == deed


@pytest.mark.parametrize("deed", ["ask_back", "forward", "return", "note", "reply", "resolve", "reject", "extend"])
@pytest.mark.parametrize("words", ["", "  \n ", "a" * 4001])
def test_deeds_that_speak_need_words(db: Session, cast: Cast, now: datetime, deed: str, words: str) -> None:
    calls: dict[str, Callable[[], object]] = {
        "ask_back": lambda: work.ask_back(db, cast.ticket, cast.minh, words, now),
        "forward": lambda: work.forward(db, cast.ticket, cast.minh, CLEANING, words, now),
        "return": lambda: work.give_back(db, cast.ticket, cast.minh, words, now),
        "note": lambda: work.note(db, cast.ticket, cast.minh, words, now),
        "reply": lambda: work.reply(db, cast.ticket, cast.minh, words, now),
        "resolve": lambda: work.resolve(db, cast.ticket, cast.minh, words, now),
        "reject": lambda: work.reject(db, cast.ticket, cast.minh, words, now),
        "extend": lambda: work.extend(db, cast.ticket, cast.minh, 1, words, now),
    }
    with pytest.raises(work.WordsMissing):
        calls[deed]()


def test_accepting_makes_an_assignee_and_stops_the_first_clock(db: Session, cast: Cast, now: datetime) -> None:
    work.accept(db, cast.ticket, cast.binh, now + timedelta(hours=1))
    assert (cast.ticket.status, cast.ticket.assignee_id) == (Status.IN_PROGRESS, cast.binh.id)
    assert cast.ticket.first_answered_at == now + timedelta(hours=1)
    with pytest.raises(NotAllowedNow):
        work.accept(db, cast.ticket, cast.binh, now)


def test_forwarding_moves_the_ticket_and_keeps_its_clock(db: Session, cast: Cast, now: datetime) -> None:
    work.accept(db, cast.ticket, cast.binh, now)
    due = cast.ticket.due_at
    work.forward(db, cast.ticket, cast.binh, CLEANING, "Rác", now)
    assert (cast.ticket.department_code, cast.ticket.status, cast.ticket.assignee_id) == (CLEANING, Status.NEW, None)
    assert cast.ticket.due_at == due
    # now it is Chi's, and no longer Bình's
    with pytest.raises(Forbidden):
        work.note(db, cast.ticket, cast.binh, "còn tôi?", now)
    work.accept(db, cast.ticket, cast.chi, now)


@pytest.mark.parametrize("code", ["chieu_sang", "khong_co", ""])
def test_a_ticket_goes_to_another_department_that_exists(db: Session, cast: Cast, now: datetime, code: str) -> None:
    with pytest.raises(work.UnknownDepartment):
        work.forward(db, cast.ticket, cast.binh, code, "lý do", now)


def test_returning_ends_at_the_dispatchers_who_cannot_return_it(db: Session, cast: Cast, now: datetime) -> None:
    work.ask_back(db, cast.ticket, cast.binh, "Ở đâu ạ?", now)
    work.give_back(db, cast.ticket, cast.binh, "Không phải của tôi", now)
    assert (cast.ticket.department_code, cast.ticket.status) == ("dispatch", Status.NEW)
    with pytest.raises(work.UnknownDepartment):
        work.give_back(db, cast.ticket, cast.ha, "vòng vo", now)


def test_asking_back_stops_the_clock_until_the_answer(db: Session, cast: Cast, now: datetime) -> None:
    before = cast.ticket.due_at
    work.ask_back(db, cast.ticket, cast.binh, "Cột số mấy ạ?", now)
    assert (cast.ticket.status, cast.ticket.waiting_since) == (Status.WAITING, now)
    # Monday 09:00 to Wednesday 09:00: one working day, since Tuesday 24/11 is a holiday
    answered = now + timedelta(days=2)
    work.citizen_answer(db, cast.ticket, "Cột 14", answered)
    assert (cast.ticket.status, cast.ticket.waiting_since) == (Status.IN_PROGRESS, None)
    assert working_minutes_between(calendar(db), before, cast.ticket.due_at) == DAY


def test_asking_twice_does_not_lose_the_time_of_the_first_question(db: Session, cast: Cast, now: datetime) -> None:
    work.ask_back(db, cast.ticket, cast.binh, "Cột số mấy ạ?", now)
    with pytest.raises(NotAllowedNow):
        work.ask_back(db, cast.ticket, cast.binh, "Anh/chị ơi?", now + timedelta(hours=1))
    assert cast.ticket.waiting_since == now


def test_a_citizens_answer_brings_its_photos(db: Session, cast: Cast, now: datetime) -> None:
    media = store_photo(db, jpeg(), conversation_id=cast.lan.id, now=now)
    work.ask_back(db, cast.ticket, cast.binh, "Gửi ảnh giúp ạ", now)
    work.citizen_answer(db, cast.ticket, "Đây ạ", now, [str(media.id)])
    assert [photo.id for photo, _ in photos_of(db, cast.ticket.id)] == [media.id]


def test_a_reply_reaches_the_citizen_at_once_and_only_once(db: Session, cast: Cast, now: datetime) -> None:
    event = work.reply(db, cast.ticket, cast.binh, "Dạ, chúng tôi tới ngay", now)
    assert announce(db, event.id, now) == 0
    said = db.scalars(select(Message).where(Message.conversation_id == cast.lan.id, Message.author == "staff")).all()
    assert [(row.text, row.staff_id) for row in said] == [("Dạ, chúng tôi tới ngay", cast.binh.id)]


def test_resolving_tells_the_answer_with_photos_and_asks_for_a_rating(db: Session, cast: Cast, now: datetime) -> None:
    media = store_photo(db, jpeg("yellow"), staff_id=cast.binh.id, now=now)
    event = work.resolve(db, cast.ticket, cast.binh, "Đã thay bóng", now, [str(media.id)])
    assert (cast.ticket.status, cast.ticket.answer, cast.ticket.resolved_at) == (Status.RESOLVED, "Đã thay bóng", now)
    assert [moment for _, moment in photos_of(db, cast.ticket.id)] == ["after"]
    assert announce(db, event.id, now) == 1
    said = db.scalars(select(Message).where(Message.conversation_id == cast.lan.id).order_by(Message.id.desc())).first()
    assert said is not None
    assert "Đã thay bóng" in said.text
    assert said.media_ids == [str(media.id)]
    assert len(said.extra["buttons"]) == 6


def test_work_goes_to_colleagues_only(db: Session, cast: Cast, now: datetime) -> None:
    work.assign(db, cast.ticket, cast.binh, cast.minh, now)
    assert cast.ticket.assignee_id == cast.minh.id
    with pytest.raises(work.UnknownDepartment):
        work.assign(db, cast.ticket, cast.binh, cast.chi, now)
    cast.minh.active = False
    with pytest.raises(work.UnknownDepartment):
        work.assign(db, cast.ticket, cast.binh, cast.minh, now)


def test_another_category_must_exist(db: Session, cast: Cast, now: datetime) -> None:
    with pytest.raises(work.UnknownDepartment):
        work.recategorise(db, cast.ticket, cast.binh, "khong_co", now)


def test_priority_sets_the_clock_by_its_rule_and_keeps_time_that_was_added(db: Session, cast: Cast, now: datetime) -> None:
    work.ask_back(db, cast.ticket, cast.minh, "Ở đâu?", now)
    work.citizen_answer(db, cast.ticket, "Đây", now + timedelta(days=2))
    work.prioritise(db, cast.ticket, cast.minh, "high", now + timedelta(days=2))
    total = working_minutes_between(calendar(db), cast.ticket.opened_at, cast.ticket.due_at)
    assert (cast.ticket.deadline_rule, total) == ("report_high", 2 * DAY + DAY)
    work.prioritise(db, cast.ticket, cast.minh, "normal", now + timedelta(days=2))
    assert working_minutes_between(calendar(db), cast.ticket.opened_at, cast.ticket.due_at) == 5 * DAY + DAY


def test_an_unknown_priority_is_refused(db: Session, cast: Cast, now: datetime) -> None:
    with pytest.raises(DomainError):
        work.prioritise(db, cast.ticket, cast.minh, "sofort", now)


def test_extending_counts_from_the_due_moment_and_has_a_limit(db: Session, cast: Cast, now: datetime) -> None:
    before = cast.ticket.due_at
    work.extend(db, cast.ticket, cast.minh, 2, "Chờ vật tư", now)
    assert working_minutes_between(calendar(db), before, cast.ticket.due_at) == 2 * DAY
    for days in (0, -1, 6):
        with pytest.raises(DomainError):
            work.extend(db, cast.ticket, cast.minh, days, "nữa", now)


def test_a_late_ticket_is_extended_from_today(db: Session, cast: Cast) -> None:
    late = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
    work.extend(db, cast.ticket, cast.minh, 1, "Bão", late)
    assert working_minutes_between(calendar(db), late, cast.ticket.due_at) == DAY
