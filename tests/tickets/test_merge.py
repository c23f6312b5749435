"""Duplicates: one answer reaches every reporter; taking it apart again loses nobody."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.conversations.models import Message
from api.core.errors import Forbidden
from api.notifications.service import announce
from api.tickets import work
from api.tickets.merge import CannotMerge, merge, unmerge
from api.tickets.models import Status, Ticket
from api.tickets.open import open_ticket
from api.tickets.queries import reporters
from tests.cast import Cast, draft, report


def told(db: Session, ticket: Ticket) -> set[tuple[object, str]]:
    return {(r.conversation_id, r.number) for r in reporters(db, ticket.id)}


def test_one_answer_reaches_all_in_their_own_numbers(db: Session, cast: Cast, now: datetime) -> None:
    other, thread = report(db, now)
    merge(db, other, cast.ticket, cast.binh, now)
    assert (other.status, other.merged_into_id) == (Status.MERGED, cast.ticket.id)
    assert told(db, cast.ticket) == {(cast.lan.id, cast.ticket.number), (thread.id, other.number)}
    assert announce(db, work.resolve(db, cast.ticket, cast.binh, "Đã thay bóng", now).id, now) == 2
    said = db.scalars(select(Message.text).where(Message.conversation_id == thread.id).order_by(Message.id.desc())).first()
    assert said is not None
    assert other.number in said
    assert cast.ticket.number not in said


def test_chi_may_not_merge(db: Session, cast: Cast, now: datetime) -> None:
    other, _ = report(db, now)
    rubbish, _ = report(db, now, category="waste")
    with pytest.raises(Forbidden):
        merge(db, other, cast.ticket, cast.chi, now)
    # nor pull somebody else's ticket into her own, nor push hers into theirs
    with pytest.raises(Forbidden):
        merge(db, other, rubbish, cast.chi, now)
    with pytest.raises(Forbidden):
        merge(db, rubbish, other, cast.chi, now)


def test_nothing_is_merged_into_itself_or_what_is_done(db: Session, cast: Cast, now: datetime) -> None:
    other, _ = report(db, now)
    with pytest.raises(CannotMerge):
        merge(db, cast.ticket, cast.ticket, cast.binh, now)
    work.resolve(db, other, cast.binh, "xong", now)
    with pytest.raises(CannotMerge):
        merge(db, cast.ticket, other, cast.binh, now)


def test_taking_apart_gives_each_their_own_news_again(db: Session, cast: Cast, now: datetime) -> None:
    other, thread = report(db, now)
    due = other.due_at
    merge(db, other, cast.ticket, cast.binh, now)
    with pytest.raises(Forbidden):
        unmerge(db, other, cast.ticket, cast.binh, now)  # a clerk merges, the head takes apart
    unmerge(db, other, cast.ticket, cast.minh, now)
    assert (other.status, other.merged_into_id, other.due_at) == (Status.NEW, None, due)
    assert told(db, cast.ticket) == {(cast.lan.id, cast.ticket.number)}
    assert told(db, other) == {(thread.id, other.number)}
    with pytest.raises(CannotMerge):
        unmerge(db, other, cast.ticket, cast.minh, now)


def test_a_citizen_who_reported_twice_hears_once(db: Session, cast: Cast, now: datetime) -> None:
    again = open_ticket(db, draft(cast.lan, description="Vẫn cái đèn ấy"), now)
    merge(db, again, cast.ticket, cast.binh, now)
    assert told(db, cast.ticket) == {(cast.lan.id, cast.ticket.number)}
    unmerge(db, again, cast.ticket, cast.minh, now)
    assert told(db, cast.ticket) == {(cast.lan.id, cast.ticket.number)}


def test_one_citizen_with_two_duplicates_stays_until_both_are_out(db: Session, cast: Cast, now: datetime) -> None:
    first, thread = report(db, now)
    second = open_ticket(db, draft(thread, description="Lại tối"), now)
    merge(db, first, cast.ticket, cast.binh, now)
    merge(db, second, cast.ticket, cast.binh, now)
    unmerge(db, first, cast.ticket, cast.minh, now)
    assert (thread.id, second.number) in told(db, cast.ticket)
    unmerge(db, second, cast.ticket, cast.minh, now)
    assert told(db, cast.ticket) == {(cast.lan.id, cast.ticket.number)}


def test_a_duplicate_brings_its_own_duplicates_and_takes_them_back(db: Session, cast: Cast, now: datetime) -> None:
    middle, middle_thread = report(db, now)
    small, small_thread = report(db, now)
    merge(db, small, middle, cast.binh, now)
    merge(db, middle, cast.ticket, cast.binh, now)
    assert small.merged_into_id == cast.ticket.id
    assert len(told(db, cast.ticket)) == 3
    unmerge(db, middle, cast.ticket, cast.minh, now)
    assert small.merged_into_id == middle.id
    assert told(db, cast.ticket) == {(cast.lan.id, cast.ticket.number)}
    assert told(db, middle) == {(middle_thread.id, middle.number), (small_thread.id, small.number)}


def test_merging_ends_a_wait_for_the_citizen(db: Session, cast: Cast, now: datetime) -> None:
    other, _ = report(db, now)
    work.ask_back(db, other, cast.binh, "Ở đâu?", now)
    merge(db, other, cast.ticket, cast.binh, now + timedelta(hours=1))
    assert other.waiting_since is None
