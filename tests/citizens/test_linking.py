"""One citizen on several channels: the code, who may use it, and what becomes common."""

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.citizens.linking import (
    CODES_AN_HOUR,
    LIFE,
    TRIES,
    TooManyCodes,
    TooManyTries,
    WrongCode,
    count_wrong,
    expects_code,
    issue_code,
    looks_like_code,
)
from api.citizens.models import Citizen, Consent, Identity, LinkCode
from api.citizens.service import identify, record_consent
from api.conversations.intake import open_conversation
from api.conversations.models import Conversation, Message
from api.core.db import transaction
from api.tickets.linking import link
from api.tickets.models import Ticket
from api.tickets.open import open_ticket
from api.tickets.queries import NoSuchTicket, by_number, of_conversation, page_of_conversation, reported_by, reporters
from api.tickets.verdict import rate
from tests.cast import draft, make_cast

MINUTE = timedelta(minutes=1)
Chat = Callable[..., Conversation]


def chat(db: Session, now: datetime, channel: str = "telegram", who: str = "lan", age: int = 0) -> Conversation:
    """A citizen who has just written on a channel; `age`: how many minutes we have known her."""
    citizen = identify(db, channel, "town", who, f"{who} trên {channel}")
    citizen.created_at = now - age * MINUTE
    return open_conversation(db, channel, "town", who, citizen_id=citizen.id, now=now)


def reported(db: Session, thread: Conversation, now: datetime) -> Ticket:
    return open_ticket(db, draft(thread, channel=thread.channel), now)


def numbers(db: Session, thread: Conversation) -> set[str]:
    return {ticket.number for ticket in of_conversation(db, thread.id)}


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def guess(db: Session, thread: Conversation, code: str, now: datetime) -> None:
    """As the bot's action does it."""
    with pytest.raises(WrongCode):
        link(db, thread.id, code, now)
    count_wrong(db, thread.citizen_id, now)


@pytest.mark.parametrize("code_shown_in", ["zalo", "telegram"])
def test_both_orders_give_one_citizen_and_one_history(db: Session, now: datetime, code_shown_in: str) -> None:
    zalo, telegram = chat(db, now, "zalo", age=10), chat(db, now, "telegram", age=5)
    tickets = {reported(db, one, now).number for one in (zalo, telegram)}
    record_consent(db, telegram.citizen_id, "contact", "thử", now)
    older, younger = zalo.citizen_id, telegram.citizen_id
    db.get_one(Citizen, younger).phone = "0912345678"
    shown, typed = (zalo, telegram) if code_shown_in == "zalo" else (telegram, zalo)

    linked = link(db, typed.id, issue_code(db, shown.citizen_id, now), now + MINUTE)

    assert linked.anew
    assert set(linked.channels) == {"zalo", "telegram"}
    assert {zalo.citizen_id, telegram.citizen_id} == {older}
    assert numbers(db, zalo) == numbers(db, telegram) == tickets
    assert {t.number for t in page_of_conversation(db, typed.id, None, 10)[0]} == tickets
    assert set(db.scalars(select(Ticket.citizen_id).where(Ticket.number.in_(tickets)))) == {older}
    assert db.scalar(select(Consent.citizen_id)) == older
    assert set(db.scalars(select(Identity.citizen_id).where(Identity.external_id == "lan"))) == {older}
    kept, gone = db.get_one(Citizen, older), db.get_one(Citizen, younger)
    assert kept.phone == "0912345678"
    assert (gone.phone, gone.display_name, gone.merged_into_id) == (None, None, older)
    # whoever was shown the code is told that it was used, and where
    said = db.scalars(select(Message.text).where(Message.conversation_id == shown.id, Message.author == "system")).all()
    assert said
    assert ("Telegram" if typed is telegram else "Zalo") in said[-1]


def test_news_still_go_where_it_was_reported(db: Session, now: datetime) -> None:
    zalo, telegram = chat(db, now, "zalo"), chat(db, now, "telegram")
    ticket = reported(db, zalo, now)
    link(db, telegram.id, issue_code(db, zalo.citizen_id, now), now)
    assert [r.conversation_id for r in reporters(db, ticket.id)] == [zalo.id]


def test_three_channels_one_after_the_other(db: Session, now: datetime) -> None:
    threads = [chat(db, now, name, age=age) for age, name in enumerate(("zalo", "telegram", "web"))]
    tickets = {reported(db, one, now).number for one in threads}
    link(db, threads[1].id, issue_code(db, threads[0].citizen_id, now), now)
    link(db, threads[2].id, issue_code(db, threads[1].citizen_id, now), now)
    assert all(numbers(db, one) == tickets for one in threads)
    assert len({one.citizen_id for one in threads}) == 1
    # a citizen who had been merged before points at the last one, not at an empty row
    merged = db.scalars(select(Citizen.merged_into_id).where(Citizen.merged_into_id.is_not(None))).all()
    assert set(merged) == {threads[0].citizen_id}


def test_a_verdict_counts_once_whichever_channel_it_comes_from(db: Session, now: datetime) -> None:
    cast = make_cast(db, now)
    telegram = chat(db, now, "telegram")
    link(db, telegram.id, issue_code(db, cast.lan.citizen_id, now), now)
    ticket = by_number(db, cast.ticket.number, lock=True)
    ticket.status, ticket.resolved_at = "resolved", now
    first = rate(db, ticket, telegram.id, 2, None, now)
    second = rate(db, ticket, cast.lan.id, 5, None, now)
    assert first.id == second.id
    assert second.conversation_id == cast.lan.id
    assert ticket.rating == 5


def test_a_stranger_sees_nothing(db: Session, now: datetime) -> None:
    lan, stranger = chat(db, now, "zalo"), chat(db, now, "telegram", "kẻ lạ")
    ticket = reported(db, lan, now)
    assert not reported_by(db, ticket.id, stranger.id)
    assert numbers(db, stranger) == set()
    with pytest.raises(NoSuchTicket):
        rate(db, ticket, stranger.id, 1, None, now)


def test_a_code_works_once(db: Session, now: datetime) -> None:
    lan, hers, stranger = chat(db, now, "zalo"), chat(db, now, "telegram"), chat(db, now, "web", "kẻ lạ")
    reported(db, lan, now)
    code = issue_code(db, lan.citizen_id, now)
    link(db, hers.id, code, now)
    guess(db, stranger, code, now)
    assert numbers(db, stranger) == set()
    # she who has used it already is told so, not refused: a job may run twice
    again = link(db, hers.id, code, now)
    assert not again.anew


def test_a_code_dies_after_ten_minutes(db: Session, now: datetime) -> None:
    lan, hers = chat(db, now, "zalo"), chat(db, now, "telegram")
    code = issue_code(db, lan.citizen_id, now)
    assert expects_code(db, hers.citizen_id, now + LIFE - MINUTE)
    assert not expects_code(db, hers.citizen_id, now + LIFE)
    guess(db, hers, code, now + LIFE)


def test_a_new_code_ends_the_one_before(db: Session, now: datetime) -> None:
    lan, hers = chat(db, now, "zalo"), chat(db, now, "telegram")
    old = issue_code(db, lan.citizen_id, now)
    new = issue_code(db, lan.citizen_id, now + MINUTE)
    guess(db, hers, old, now + 2 * MINUTE)
    assert link(db, hers.id, new, now + 2 * MINUTE).anew


def test_ones_own_code_typed_where_it_was_shown_links_nothing(db: Session, now: datetime) -> None:
    lan = chat(db, now, "zalo")
    code = issue_code(db, lan.citizen_id, now)
    assert not expects_code(db, lan.citizen_id, now)
    guess(db, lan, code, now)


def test_after_five_guesses_by_strangers_the_code_is_dead(db: Session, now: datetime) -> None:
    lan, hers = chat(db, now, "zalo"), chat(db, now, "telegram")
    code = issue_code(db, lan.citizen_id, now)
    for number in range(TRIES):
        guess(db, chat(db, now, "web", f"kẻ lạ {number}"), wrong(code), now)
    guess(db, hers, code, now)
    assert not expects_code(db, hers.citizen_id, now)


def test_after_five_wrong_codes_a_citizen_waits_an_hour(db: Session, now: datetime) -> None:
    lan, stranger = chat(db, now, "zalo"), chat(db, now, "web", "kẻ lạ")
    for _ in range(TRIES):
        code = issue_code(db, chat(db, now, "zalo", uuid.uuid4().hex).citizen_id, now)
        guess(db, stranger, wrong(code), now)
    code = issue_code(db, lan.citizen_id, now)
    with pytest.raises(TooManyTries):
        link(db, stranger.id, code, now)
    later = now + timedelta(hours=1, minutes=1)
    assert link(db, stranger.id, issue_code(db, lan.citizen_id, later), later).anew


def test_codes_are_not_given_without_end(db: Session, now: datetime) -> None:
    lan = chat(db, now, "zalo")
    for _ in range(CODES_AN_HOUR):
        issue_code(db, lan.citizen_id, now)
    with pytest.raises(TooManyCodes):
        issue_code(db, lan.citizen_id, now)
    assert issue_code(db, lan.citizen_id, now + timedelta(hours=1, minutes=1))


def test_the_database_does_not_know_the_code(db: Session, now: datetime) -> None:
    code = issue_code(db, chat(db, now).citizen_id, now)
    assert looks_like_code(code)
    stored = db.scalar(select(LinkCode.code_hash).order_by(LinkCode.id.desc()).limit(1)) or ""
    assert len(stored) == 64
    assert code not in stored


@pytest.mark.parametrize("said", ["12345", "1234567", "12345a", "12 345", "１２３４５６", ""])
def test_only_six_plain_digits_are_a_code(said: str) -> None:
    assert not looks_like_code(said)


def test_two_who_type_the_same_code_at_once(committed: str, now: datetime) -> None:
    with transaction() as session:
        lan = chat(session, now, "zalo")
        reported(session, lan, now)
        rivals = [chat(session, now, "telegram", f"kẻ {n}").id for n in range(6)]
        code = issue_code(session, lan.citizen_id, now)
    assert sorted(at_once([(rival, code) for rival in rivals], now)) == ["linked", *["wrong"] * 5]
    with transaction() as session:
        seeing = [rival for rival in rivals if numbers(session, session.get_one(Conversation, rival))]
        assert len(seeing) == 1


def test_two_codes_typed_crosswise_at_once(committed: str, now: datetime) -> None:
    for number in range(5):
        with transaction() as session:
            one, other = chat(session, now, "zalo", f"a{number}"), chat(session, now, "telegram", f"a{number}")
            codes = [issue_code(session, thread.citizen_id, now) for thread in (one, other)]
            ids = (one.id, other.id)
        outcomes = at_once([(ids[0], codes[1]), (ids[1], codes[0])], now)
        assert "linked" in outcomes
        with transaction() as session:
            owners = session.scalars(select(Conversation.citizen_id).where(Conversation.id.in_(ids))).all()
            assert len(set(owners)) == 1
            identities = select(func.count()).where(Identity.citizen_id == owners[0])
            assert session.scalar(identities) == 2


def at_once(tries: list[tuple[uuid.UUID, str]], now: datetime) -> list[str]:
    """Everybody types at the same moment, each in a transaction of their own."""
    ready, outcomes = threading.Barrier(len(tries)), []

    def types(thread: uuid.UUID, code: str) -> None:
        ready.wait(10)
        try:
            with transaction() as session:
                outcomes.append("linked" if link(session, thread, code, now).anew else "again")
        except WrongCode:
            outcomes.append("wrong")

    running = [threading.Thread(target=types, args=one) for one in tries]
    for one in running:
        one.start()
    for one in running:
        one.join(30)
    return outcomes
