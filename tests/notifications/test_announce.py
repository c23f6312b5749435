"""Which event is told to whom, in which words, once."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.channels.contract import IncomingMessage, Kind
from api.conversations.intake import conversation_of
from api.conversations.models import Conversation, Message
from api.departments.models import Staff
from api.departments.staff import add_staff
from api.notifications.service import announce, words
from api.tickets import work
from api.tickets.merge import merge
from api.tickets.models import Ticket, TicketEvent
from api.tickets.open import TicketDraft, open_ticket
from api.tickets.rules import Deed


def chat(db: Session, name: str, now: datetime) -> Conversation:
    return conversation_of(db, IncomingMessage("web", "default", name, name, "1", Kind.TEXT, text="x"), now)


def lans_ticket(db: Session, now: datetime, who: str = "lan") -> Ticket:
    thread = chat(db, who, now)
    draft = TicketDraft(
        message_type="report",
        category="street_light",
        description="Đèn đường {tối} om & <b>nguy hiểm</b>",
        channel="web",
        unit_code="10525",
        citizen_id=thread.citizen_id,
        conversation_id=thread.id,
    )
    return open_ticket(db, draft, now)


@pytest.fixture
def binh(db: Session) -> Staff:
    return add_staff(db, "binh", "Bình", "a long password", "clerk", "chieu_sang")


def told(db: Session, conversation_id: uuid.UUID | None) -> list[Message]:
    query = select(Message).where(Message.conversation_id == conversation_id, Message.author == "system")
    return list(db.scalars(query.order_by(Message.id)))


def test_accepting_tells_who_and_by_when(db: Session, now: datetime, binh: Staff) -> None:
    ticket = lans_ticket(db, now)
    event = work.accept(db, ticket, binh, now)
    assert announce(db, event.id, now) == 1
    (message,) = told(db, ticket.conversation_id)
    assert message.text.startswith(f"Dạ, Xí nghiệp Chiếu sáng đã tiếp nhận phản ánh {ticket.number}")
    assert "09:00 thứ Ba 01/12" in message.text
    assert message.extra["card"]["number"] == ticket.number


def test_told_once_however_often_the_job_runs(db: Session, now: datetime, binh: Staff) -> None:
    ticket = lans_ticket(db, now)
    event = work.accept(db, ticket, binh, now)
    assert [announce(db, event.id, now) for _ in range(3)] == [1, 0, 0]
    assert len(told(db, ticket.conversation_id)) == 1


def test_a_solution_asks_for_stars(db: Session, now: datetime, binh: Staff) -> None:
    ticket = lans_ticket(db, now)
    event = work.resolve(db, ticket, binh, "Đã thay bóng lúc 15:30 {ok}.", now)
    announce(db, event.id, now)
    (message,) = told(db, ticket.conversation_id)
    assert "Đã thay bóng lúc 15:30 {ok}." in message.text
    payloads = [button["payload"] for button in message.extra["buttons"]]
    assert payloads[0] == f'/rate{{"ticket": "{ticket.number}", "score": "5"}}'
    assert payloads[-1] == f'/not_fixed{{"ticket": "{ticket.number}"}}'
    assert len(payloads) == 6


def test_every_reporter_of_merged_duplicates_hears_in_the_own_number(db: Session, now: datetime, binh: Staff) -> None:
    main, copy = lans_ticket(db, now), lans_ticket(db, now, "chi_nam")
    merge(db, copy, main, binh, now)
    event = work.resolve(db, main, binh, "Xong.", now)
    assert announce(db, event.id, now) == 2
    assert copy.number in told(db, copy.conversation_id)[-1].text
    assert main.number in told(db, main.conversation_id)[-1].text


def test_what_staff_do_among_themselves_stays_there(db: Session, now: datetime, binh: Staff) -> None:
    ticket = lans_ticket(db, now)
    event = work.note(db, ticket, binh, "Gọi thợ", now)
    assert not event.public
    announce(db, event.id, now)
    assert told(db, ticket.conversation_id) == []


def test_every_public_deed_has_words_or_is_silent_on_purpose() -> None:
    spoken = {
        "open",
        "accept",
        "ask_back",
        "citizen_answer",
        "forward",
        "extend",
        "resolve",
        "reject",
        "reopen",
        "rate",
        "close",
    }
    assert spoken <= set(words())
    assert set(words()) - {"buttons"} <= {str(deed) for deed in Deed}


def test_the_event_is_marked(db: Session, now: datetime, binh: Staff) -> None:
    ticket = lans_ticket(db, now)
    event = work.accept(db, ticket, binh, now)
    announce(db, event.id, now)
    assert db.get_one(TicketEvent, event.id).announced_at == now
