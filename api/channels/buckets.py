"""How fast and how much: token buckets and the month's count, shared by every process through the database."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.channels.contract import Address, Limits
from api.channels.models import ChannelMonth
from api.core.settings import get_settings

LEVELS = (80, 95, 100)  # per cent of a month's quota at which somebody should know

_TAKE = text(
    """
    insert into channel_bucket as b (key, tokens, at) values (:key, :burst - 1, :now)
    on conflict (key) do update
      set tokens = least(:burst, b.tokens + greatest(0, extract(epoch from :now - b.at)) * :rate) - 1, at = :now
      where least(:burst, b.tokens + greatest(0, extract(epoch from :now - b.at)) * :rate) >= 1
    returning tokens
    """
)
_MISSING = text("select 1 - least(:burst, tokens + extract(epoch from :now - at) * :rate) from channel_bucket where key = :key")


@dataclass(frozen=True)
class Quota:
    """A month of an account: `used` of `limit` messages, `level` the highest of `LEVELS` reached (0: none)."""

    used: int
    limit: int

    @property
    def level(self) -> int:
        return max((level for level in LEVELS if self.used * 100 >= level * self.limit), default=0)


def wait_for_turn(session: Session, to: Address, limits: Limits, now: datetime) -> timedelta | None:
    """Take one token of the chat and one of the account. Returns how long to wait if there is none (then none was taken)."""
    account = f"{to.channel}:{to.account}"
    with session.begin_nested() as savepoint:
        wait = _take(session, f"{account}:{to.chat_id}", limits.chat_per_second, limits.chat_burst, now)
        wait = wait or _take(session, account, limits.per_second, limits.burst, now)
        if wait is not None:
            savepoint.rollback()
    return wait


def _take(session: Session, key: str, rate: float, burst: float, now: datetime) -> timedelta | None:
    values = {"key": key, "rate": rate, "burst": burst, "now": now}
    if session.execute(_TAKE, values).first() is not None:
        return None
    missing = session.scalar(_MISSING, values) or 0
    return timedelta(seconds=max(0.05, float(missing) / rate))


def month_of(now: datetime) -> date:
    return now.astimezone(get_settings().zone).date().replace(day=1)


def next_month(now: datetime) -> datetime:
    """The moment at which the quota is fresh again."""
    local = now.astimezone(get_settings().zone)
    first = (local.replace(day=28) + timedelta(days=4)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.astimezone(now.tzinfo)


def count(session: Session, channel: str, account: str, now: datetime) -> int:
    """One more message of this month; returns how many it is."""
    statement = insert(ChannelMonth).values(channel=channel, account=account, month=month_of(now), sent=1)
    counted = statement.on_conflict_do_update(
        index_elements=["channel", "account", "month"], set_={"sent": ChannelMonth.sent + 1}
    ).returning(ChannelMonth.sent)
    return session.execute(counted).scalar_one()


def sent_this_month(session: Session, channel: str, account: str, now: datetime) -> int:
    query = select(ChannelMonth.sent).where(
        ChannelMonth.channel == channel, ChannelMonth.account == account, ChannelMonth.month == month_of(now)
    )
    return session.scalar(query) or 0
