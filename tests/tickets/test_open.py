"""Opening: number, owner, clock, first event; once for each reason to open."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.conversations.photos import store_photo
from api.core.db import transaction
from api.tickets.models import Priority, Status, Ticket, TicketEvent
from api.tickets.open import DraftIncomplete, open_ticket
from api.tickets.queries import by_number, photos_of, reporters, timeline
from tests.cast import Cast, citizen, draft, jpeg, report


def test_a_ticket_gets_number_owner_clock_and_event(db: Session, cast: Cast, now: datetime) -> None:
    ticket = cast.ticket
    assert ticket.number.startswith("HD-26-")
    assert (ticket.status, ticket.department_code, ticket.priority) == (Status.NEW, "chieu_sang", Priority.NORMAL)
    assert ticket.title == "Đèn đường ngõ 12 Nguyễn Lương Bằng hỏng"
    # 480 working minutes from Monday 09:00; Tuesday 24/11 is the new Culture Day, so the rest falls on Wednesday
    assert ticket.first_response_due_at == datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    assert ticket.due_at == datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    [event] = timeline(db, ticket.id)
    assert (event.kind, event.actor, event.to_status, event.data) == ("open", "citizen", "new", {"department": "chieu_sang"})
    assert [(r.conversation_id, r.number) for r in reporters(db, ticket.id)] == [(cast.lan.id, ticket.number)]


def test_opening_enqueues_its_announcement_in_the_same_transaction(db: Session, cast: Cast) -> None:
    event = timeline(db, cast.ticket.id)[0]
    jobs = db.scalars(
        text("select args->>'event_id' from procrastinate_jobs where task_name = 'langnghe:notifications.announce'")
    )
    assert str(event.id) in set(jobs)


def test_the_same_key_opens_one_ticket(db: Session, cast: Cast, now: datetime) -> None:
    first = open_ticket(db, draft(cast.lan, open_key="turn:7"), now)
    again = open_ticket(db, draft(cast.lan, open_key="turn:7", description="Khác hẳn"), now)
    assert again.id == first.id
    assert len(timeline(db, first.id)) == 1


def test_two_tries_at_once_open_one_ticket(committed: str, now: datetime) -> None:
    numbers: list[str] = []

    def attempt() -> None:
        with transaction() as session:
            numbers.append(open_ticket(session, draft(None, open_key="same"), now).number)

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 6
    assert set(numbers) == {"HD-26-000001"}


def test_numbers_have_no_gaps_and_no_doubles_under_load(committed: str, now: datetime) -> None:
    def attempt() -> None:
        for _ in range(3):
            with transaction() as session:
                open_ticket(session, draft(None), now)

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction() as session:
        numbers = sorted(session.scalars(select(Ticket.number)))
    assert numbers == [f"HD-26-{n:06d}" for n in range(1, 13)]


def test_numbers_start_anew_with_the_local_year(db: Session, cast: Cast) -> None:
    # half past midnight of 1 January in Hải Dương is still the old year in UTC
    ticket, _ = report(db, datetime(2026, 12, 31, 17, 30, tzinfo=UTC))
    assert ticket.number == "HD-27-000001"


def test_danger_is_urgent_whatever_the_draft_says(db: Session, now: datetime) -> None:
    ticket, _ = report(db, now, message_type="emergency", priority="normal")
    assert ticket.priority == Priority.URGENT
    assert ticket.deadline_rule == "urgent"


@pytest.mark.parametrize(
    "changes",
    [
        {"message_type": "denunciation"},
        {"message_type": "complaint"},
        {"category": "nonsense"},
        {"description": "   "},
        {"description": "a" * 4001},
    ],
)
def test_what_cannot_be_a_ticket_is_refused(db: Session, now: datetime, changes: dict[str, str]) -> None:
    with pytest.raises(DraftIncomplete):
        report(db, now, **changes)


def test_words_are_kept_in_nfc_and_found_folded(db: Session, cast: Cast, now: datetime) -> None:
    decomposed = "D\u0323e\u0300n hỏng\x00"
    ticket, _ = report(db, now, description=decomposed, place_text="Pho\u0301 Cổ", contact_name=" Lan ")
    assert ticket.place_text == "Phó Cổ"
    assert ticket.contact_name == "Lan"
    assert "\x00" not in ticket.description
    # the unit's name is found as well, though the citizen did not write it
    assert "pho co" in ticket.folded
    assert "phuong" in ticket.folded


def test_an_unknown_unit_is_left_out(db: Session, now: datetime) -> None:
    assert report(db, now, unit_code="99999")[0].unit_code is None


def test_on_behalf_of_a_caller_the_clerk_is_the_actor(db: Session, cast: Cast, now: datetime) -> None:
    ticket = open_ticket(db, draft(None, staff_id=cast.binh.id), now)
    [event] = timeline(db, ticket.id)
    assert (event.actor, event.staff_id) == ("staff", cast.binh.id)
    assert reporters(db, ticket.id) == []


def test_photos_are_attached(db: Session, now: datetime) -> None:
    thread = citizen(db, now)
    media = store_photo(db, jpeg(), conversation_id=thread.id, now=now)
    ticket = open_ticket(db, draft(thread, media_ids=(str(media.id),)), now)
    assert [(photo.id, moment) for photo, moment in photos_of(db, ticket.id)] == [(media.id, "before")]


def test_a_number_is_found_however_it_is_written(db: Session, cast: Cast) -> None:
    number = cast.ticket.number
    for said in (number, number.lower(), number.replace("-", ""), number.replace("-", " ")):
        assert by_number(db, said).id == cast.ticket.id


def test_demo_tickets_are_not_announced(db: Session, now: datetime) -> None:
    ticket, _ = report(db, now, demo=True)
    event = db.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id)).one()
    jobs = set(db.scalars(text("select args->>'event_id' from procrastinate_jobs")))
    assert str(event.id) not in jobs
