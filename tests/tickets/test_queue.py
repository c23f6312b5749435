"""What is listed to whom: the queue, its figures, look-alikes, threads and photos. Chi sees none of Bình's."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.conversations.models import Mode
from api.conversations.photos import store_photo
from api.conversations.takeover import ask_for_human, take_over
from api.core.errors import NotFound
from api.tickets import work
from api.tickets.clock import warning_until
from api.tickets.desk import concerns, counters, distance, load_by_unit, look_alikes, points
from api.tickets.models import Ticket
from api.tickets.queries import Filters, queue
from api.tickets.threads import last_messages, listed, may_release, may_see_photo, may_see_thread, thread, wanting
from tests.cast import CLEANING, Cast, citizen, jpeg, report


def numbers(db: Session, staff: object, filters: Filters, now: datetime) -> list[str]:
    return [ticket.number for ticket in queue(db, staff, filters, now).rows]  # type: ignore[arg-type]


def test_urgent_first_then_by_due_moment(db: Session, cast: Cast, now: datetime) -> None:
    older, _ = report(db, now - timedelta(days=3))
    urgent, _ = report(db, now, priority="urgent")
    assert numbers(db, cast.binh, Filters(), now) == [urgent.number, older.number, cast.ticket.number]


def test_everybody_sees_their_own(db: Session, cast: Cast, now: datetime) -> None:
    rubbish, _ = report(db, now, category="waste")
    assert numbers(db, cast.binh, Filters(), now) == [cast.ticket.number]
    assert numbers(db, cast.chi, Filters(), now) == [rubbish.number]
    for staff in (cast.ha, cast.dung, cast.vu):
        assert set(numbers(db, staff, Filters(), now)) == {rubbish.number, cast.ticket.number}
    # a filter does not open a door
    assert numbers(db, cast.chi, Filters(department="chieu_sang"), now) == []


def test_search_with_and_without_diacritics(db: Session, cast: Cast, now: datetime) -> None:
    for said in ("đèn đường", "den duong", "ĐÈN Bằng", "phường hải dương", "Lan", "0912345678", cast.ticket.number, "100%"):
        found = numbers(db, cast.binh, Filters(search=said), now)
        assert found == ([] if said == "100%" else [cast.ticket.number]), said


def test_filters_by_due(db: Session, cast: Cast, now: datetime) -> None:
    late = cast.ticket.due_at + timedelta(hours=1)
    soon = cast.ticket.due_at - timedelta(hours=2)
    for moment, due in ((now, "ok"), (soon, "soon"), (late, "overdue")):
        until = warning_until(db, moment)
        for wanted in ("ok", "soon", "overdue"):
            found = numbers(db, cast.binh, Filters(due=wanted, soon_before=until), moment)
            assert bool(found) == (wanted == due), (wanted, due)
        figures = counters(db, cast.binh, moment, until)
        assert (figures.overdue, figures.soon) == (int(due == "overdue"), int(due == "soon"))


def test_pages_follow_without_gap_or_double(db: Session, cast: Cast, now: datetime) -> None:
    for minutes in range(12):
        report(db, now - timedelta(minutes=minutes // 3), priority=("normal", "high", "urgent")[minutes % 3])
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = queue(db, cast.binh, Filters(), now, cursor, limit=5)
        seen += [ticket.number for ticket in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == numbers(db, cast.binh, Filters(), now)
    assert len(set(seen)) == 13


def test_a_broken_cursor_is_a_clear_answer(db: Session, cast: Cast, now: datetime) -> None:
    for cursor in ("x", "1|2|3", "a|2026-01-01T00:00:00+00:00|HD"):
        try:
            queue(db, cast.binh, Filters(), now, cursor)
        except NotFound:
            continue
        raise AssertionError(cursor)


def test_figures_count_what_the_person_sees(db: Session, cast: Cast, now: datetime) -> None:
    work.accept(db, cast.ticket, cast.binh, now)
    report(db, now, category="waste")
    asked, _ = report(db, now, priority="urgent")
    work.ask_back(db, asked, cast.binh, "Ở đâu?", now)
    mine = counters(db, cast.binh, now, now)
    assert (mine.open, mine.new, mine.waiting, mine.urgent, mine.mine) == (2, 0, 1, 1, 1)
    assert counters(db, cast.ha, now, now).open == 3
    assert counters(db, cast.chi, now, now).open == 1
    # they follow the filters beside them, but not those that they themselves stand for
    narrowed = counters(db, cast.ha, now, now, Filters(category="waste", due="overdue", mine=True, states=("closed",)))
    assert (narrowed.open, narrowed.new) == (1, 1)


def test_look_alikes_share_category_and_place(db: Session, cast: Cast, now: datetime) -> None:
    same_unit, _ = report(db, now)
    far, _ = report(db, now, unit_code="10507")
    near, _ = report(db, now, unit_code="10507", lat=20.9401, lon=106.3300)
    other_kind, _ = report(db, now, category="electricity")
    old, _ = report(db, now - timedelta(days=15))
    done, _ = report(db, now)
    work.resolve(db, done, cast.binh, "xong", now)
    cast.ticket.lat, cast.ticket.lon = 20.9400, 106.3300
    db.flush()
    found = {ticket.number for ticket in look_alikes(db, cast.binh, cast.ticket)}
    assert found == {same_unit.number, near.number}
    assert not found & {far.number, other_kind.number, old.number, done.number}
    assert round(distance(cast.ticket, near) or 0) == 11
    assert distance(cast.ticket, far) is None
    assert look_alikes(db, cast.chi, cast.ticket) == []


def test_a_change_is_heard_by_those_it_concerns(db: Session, cast: Cast, now: datetime) -> None:
    assert [concerns(db, staff, cast.ticket.id) for staff in (cast.binh, cast.chi, cast.ha)] == [True, False, True]
    work.forward(db, cast.ticket, cast.binh, CLEANING, "rác", now)
    # it has left Bình's queue, and his screen must hear of that
    assert [concerns(db, staff, cast.ticket.id) for staff in (cast.binh, cast.chi)] == [True, True]
    work.note(db, cast.ticket, cast.chi, "đã nhận", now)
    assert not concerns(db, cast.binh, cast.ticket.id)
    assert not concerns(db, cast.binh, uuid.uuid4())


def test_the_map_shows_each_their_own(db: Session, cast: Cast, now: datetime) -> None:
    cast.ticket.lat, cast.ticket.lon = 20.94, 106.33
    db.flush()
    assert [load.open for load in load_by_unit(db, cast.binh, now, now, None)] == [1]
    assert load_by_unit(db, cast.chi, now, now, None) == []
    assert load_by_unit(db, cast.ha, now, now, "waste") == []
    assert [t.number for t in points(db, cast.binh, "street_light")] == [cast.ticket.number]
    assert points(db, cast.chi, None) == []


def test_threads_belong_to_whoever_owns_their_tickets(db: Session, cast: Cast, now: datetime) -> None:
    stranger = citizen(db, now + timedelta(hours=1))
    ask_for_human(db, stranger.id)
    db.flush()
    assert [row.id for row in listed(db, cast.binh)] == [cast.lan.id]
    assert listed(db, cast.chi) == []
    # whoever wants a person is first
    assert [row.id for row in listed(db, cast.ha)] == [stranger.id, cast.lan.id]
    assert (wanting(db, cast.ha), wanting(db, cast.binh)) == (1, 0)
    assert not may_see_thread(db, cast.chi, cast.lan.id)
    try:
        thread(db, cast.chi, cast.lan.id)
    except NotFound:
        pass
    else:
        raise AssertionError("Chi may not read Lan's thread")


def test_a_thread_is_released_by_its_holder_or_the_dispatchers(db: Session, cast: Cast) -> None:
    row = take_over(db, cast.lan.id, cast.binh.id)
    assert row.mode == Mode.HUMAN
    may = [may_release(staff, row) for staff in (cast.binh, cast.minh, cast.ha, cast.vu, cast.dung)]
    assert may == [True, False, True, True, False]


def test_photos_go_to_those_who_see_the_ticket_or_thread(db: Session, cast: Cast, now: datetime) -> None:
    sent = store_photo(db, jpeg(), conversation_id=cast.lan.id, now=now)
    done = store_photo(db, jpeg("red"), staff_id=cast.binh.id, now=now)
    work.resolve(db, cast.ticket, cast.binh, "xong", now, [str(done.id)])
    for media in (sent, done):
        assert [may_see_photo(db, staff, media) for staff in (cast.binh, cast.minh, cast.chi, cast.dung)] == [
            True,
            True,
            False,
            True,
        ]


def test_the_newest_message_of_each_thread(db: Session, cast: Cast, now: datetime) -> None:
    work.reply(db, cast.ticket, cast.binh, "một", now)
    work.reply(db, cast.ticket, cast.binh, "hai", now)
    assert last_messages(db, [cast.lan.id])[cast.lan.id].text == "hai"


def test_a_change_bumps_the_version_that_forms_carry(db: Session, cast: Cast, now: datetime) -> None:
    before = cast.ticket.version
    work.accept(db, cast.ticket, cast.binh, now)
    db.flush()
    assert cast.ticket.version == before + 1
    work.note(db, cast.ticket, cast.binh, "không đổi gì", now)
    db.flush()
    assert isinstance(cast.ticket, Ticket)
    assert cast.ticket.version == before + 1
