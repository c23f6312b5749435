"""The invented year is the same each time, and leaves nothing behind. Its own module: the year of the other one holds the
counters' rows until that module ends."""

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.cli.demo_data import load, remove
from api.tickets.models import Status, Ticket, TicketCounter, TicketEvent
from api.tickets.rules import Deed
from tests.cast import report


def counts(session: Session) -> dict[str, int]:
    tables = session.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
    return {t: session.scalar(text(f"select count(*) from {t}")) or 0 for t in tables if t != "ticket_counter"}


def last_numbers(session: Session) -> dict[str, int]:
    return {row.prefix: row.last for row in session.scalars(select(TicketCounter))}


def snapshot(session: Session) -> list[tuple[object, ...]]:
    columns = (Ticket.id, Ticket.opened_at, Ticket.description, Ticket.status, Ticket.due_at, Ticket.rating)
    return [tuple(row) for row in session.execute(select(*columns).order_by(Ticket.opened_at, Ticket.id))]


def test_the_same_seed_and_moment_give_the_same_year_and_removal_leaves_the_tables_as_before(
    db: Session, now: datetime
) -> None:
    real, _ = report(db, now)
    before = counts(db)
    added = load(db, now, seed=7)
    assert added == counts(db)["ticket"] - before["ticket"]
    assert load(db, now, seed=7) == 0, "not a second time"
    first = [row for row in snapshot(db) if row[0] != real.id]
    last = last_numbers(db)
    assert remove(db) == added
    assert counts(db) == before
    assert db.get(Ticket, real.id) is not None
    assert last_numbers(db) == last, "no number is given twice"
    load(db, now, seed=7)
    assert [row for row in snapshot(db) if row[0] != real.id] == first
    assert remove(db) == added
    load(db, now, seed=8)
    assert [row for row in snapshot(db) if row[0] != real.id] != first


def test_a_real_ticket_merged_into_an_invented_one_is_set_free(db: Session, now: datetime) -> None:
    load(db, now)
    real, _ = report(db, now)
    main = db.scalars(select(Ticket).where(Ticket.demo, Ticket.status == Status.IN_PROGRESS).limit(1)).one()
    real.merged_into_id, real.status = main.id, Status.MERGED
    db.flush()
    remove(db)
    db.refresh(real)
    assert (real.status, real.merged_into_id) == (Status.NEW, None)
    kinds = db.scalars(select(TicketEvent.kind).where(TicketEvent.ticket_id == real.id).order_by(TicketEvent.id)).all()
    assert kinds == [Deed.OPEN, Deed.UNMERGE]
