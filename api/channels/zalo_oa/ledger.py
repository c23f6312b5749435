"""What the windows need to remember: when each citizen wrote last, the free replies since, and the month's bill."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.channels.buckets import month_of
from api.channels.models import OaMonth, OaWindow
from api.channels.zalo_oa.windows import Way


@dataclass(frozen=True)
class Bill:
    """A month of an account: messages by way, and đồng."""

    free: int = 0
    paid: int = 0
    zns: int = 0
    other: int = 0
    cost: int = 0


def opened(session: Session, account: str, chat_id: str, now: datetime) -> None:
    """The citizen wrote: the window begins anew."""
    opened_all(session, [(account, chat_id)], now)


def opened_all(session: Session, places: Iterable[tuple[str, str]], now: datetime) -> None:
    """As `opened`, for many citizens (account, chat), each once."""
    fresh = {"opened_at": now, "free_used": 0, "shut": False}
    statement = insert(OaWindow).values([{"account": account, "chat_id": chat, **fresh} for account, chat in places])
    session.execute(statement.on_conflict_do_update(index_elements=["account", "chat_id"], set_=fresh))


def window(session: Session, account: str, chat_id: str) -> OaWindow | None:
    """The citizen's window, locked."""
    return session.get(OaWindow, (account, chat_id), with_for_update=True, populate_existing=True)


def first_window(session: Session, account: str, chat_id: str, last_interaction: datetime) -> OaWindow:
    """The window of a citizen who wrote before anything was counted, locked."""
    first = {"opened_at": last_interaction, "free_used": 0, "shut": False}
    session.execute(insert(OaWindow).values(account=account, chat_id=chat_id, **first).on_conflict_do_nothing())
    return session.get_one(OaWindow, (account, chat_id), with_for_update=True, populate_existing=True)


def month(session: Session, account: str, now: datetime) -> OaMonth:
    """The account's running month, locked: two workers never spend the same đồng."""
    key = (account, month_of(now))
    row = session.get(OaMonth, key, with_for_update=True, populate_existing=True)
    if row is None:
        zero = {"free": 0, "paid": 0, "zns": 0, "other": 0, "cost": 0}
        session.execute(insert(OaMonth).values(account=account, month=key[1], **zero).on_conflict_do_nothing())
        row = session.get_one(OaMonth, key, with_for_update=True, populate_existing=True)
    return row


def charge(session: Session, account: str, chat_id: str, way: Way, cost: int, now: datetime, *, times: int = 1) -> None:
    """Count one message. `times=-1`: it did not leave after all."""
    count = getattr(OaMonth, way.value)
    values: dict[Any, Any] = {count: count + times, OaMonth.cost: OaMonth.cost + cost * times}
    session.execute(update(OaMonth).where(OaMonth.account == account, OaMonth.month == month_of(now)).values(values))
    if way == Way.FREE:
        mine = (OaWindow.account == account, OaWindow.chat_id == chat_id, OaWindow.free_used + times >= 0)
        session.execute(update(OaWindow).where(*mine).values(free_used=OaWindow.free_used + times))


def shut(session: Session, account: str, chat_id: str) -> None:
    """The platform says that the window is closed: believed until the citizen writes again."""
    mine = (OaWindow.account == account, OaWindow.chat_id == chat_id)
    session.execute(update(OaWindow).where(*mine).values(shut=True))


def bill(session: Session, account: str, now: datetime) -> Bill:
    row = session.scalar(select(OaMonth).where(OaMonth.account == account, OaMonth.month == month_of(now)))
    return Bill(row.free, row.paid, row.zns, row.other, row.cost) if row else Bill()
