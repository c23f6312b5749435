"""Our accounts on the platforms: connected, held back, refused."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.channels import vault
from api.channels.contract import Account
from api.channels.models import ChannelAccount, ChannelEvent
from api.core.errors import NotFound

BODY_KEPT = 64_000  # characters of a payload that became no message
SEEN_EVERY = 10.0  # seconds between two notes of "last event": a busy webhook must not write one row all the time
CACHED_SECONDS = 5.0
TWIN = "twin"  # a setting of accounts at fake platforms on this machine
_seen: dict[tuple[str, str], float] = {}
_cached: dict[tuple[str, str], tuple[float, Account | None]] = {}


class NoAccount(NotFound):
    code = "no_channel_account"
    message = "Không tìm thấy tài khoản kênh này."


def connect(
    session: Session,
    channel: str,
    account: str,
    *,
    name: str,
    settings: Mapping[str, Any],
    secrets: Mapping[str, Any],
    now: datetime,
) -> Account:
    """Keep an account whose secrets the platform has accepted. Connecting again replaces them and lifts every hold."""
    values: dict[str, Any] = {
        "name": name,
        "state": "connected",
        "settings": dict(settings),
        "secrets": vault.lock(secrets),
        "failures": 0,
        "held_until": None,
        "last_error": None,
        "last_error_at": None,
        "connected_at": now,
    }
    statement = insert(ChannelAccount).values(channel=channel, account=account, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["channel", "account"], set_=values))
    session.expire_all()
    _cached.pop((channel, account), None)
    return Account(channel, account, dict(settings), dict(secrets))


def disconnect(session: Session, channel: str, account: str) -> None:
    """No event is taken and nothing is sent any more. The conversations stay; the secrets are thrown away."""
    row = _row(session, channel, account)
    row.state, row.secrets = "off", vault.lock({})
    _cached.pop((channel, account), None)


def disconnect_twins(session: Session) -> int:
    """Of an earlier start with fake platforms: nobody is there any more. Returns how many."""
    rows = [row for row in listing(session) if row.settings.get(TWIN) and row.state != "off"]
    for row in rows:
        disconnect(session, row.channel, row.account)
    return len(rows)


def find(session: Session, channel: str, account: str) -> ChannelAccount | None:
    return session.get(ChannelAccount, (channel, account))


def listing(session: Session) -> Sequence[ChannelAccount]:
    return session.scalars(select(ChannelAccount).order_by(ChannelAccount.channel, ChannelAccount.account)).all()


def opened(row: ChannelAccount) -> Account:
    return Account(row.channel, row.account, dict(row.settings), vault.unlock(row.secrets))


def remembered(channel: str, account: str) -> Account | None:
    """What `at_the_door` found a moment ago, without asking the database."""
    until, known = _cached.get((channel, account), (0.0, None))
    return known if until > time.monotonic() else None


def at_the_door(session: Session, channel: str, account: str) -> Account | None:
    """The account that a webhook names, None if there is none or it is off. Read again every few seconds."""
    key = (channel, account)
    if known := remembered(channel, account):
        return known
    row = find(session, channel, account)
    found = opened(row) if row is not None and row.state != "off" else None
    if found is not None:  # a stranger's guesses must not fill the memory
        _cached[key] = (time.monotonic() + CACHED_SECONDS, found)
    return found


def wants_note(channel: str, account: str) -> bool:
    """Whether the last event's moment is to be written down anew."""
    return time.monotonic() - _seen.get((channel, account), -SEEN_EVERY) >= SEEN_EVERY


def saw_event(session: Session, channel: str, account: str, now: datetime) -> None:
    """Note that the platform spoke to us, at most every few seconds."""
    if not wants_note(channel, account):
        return
    _seen[channel, account] = time.monotonic()
    session.execute(_these(channel, account).values(last_event_at=now))


def failed(session: Session, account: Account, words: str, now: datetime, *, hold: timedelta | None = None) -> None:
    """Note a failure of the account; `hold`: let nothing out for so long."""
    values: dict[str, Any] = {"last_error": words[:500], "last_error_at": now, "failures": ChannelAccount.failures + 1}
    if hold is not None:
        values["held_until"] = now + hold
    session.execute(_these(account.channel, account.account).values(values))


def refused(session: Session, account: Account, words: str, now: datetime) -> None:
    """The platform no longer knows the account: a person must connect it again."""
    values = {"state": "refused", "last_error": words[:500], "last_error_at": now}
    session.execute(_these(account.channel, account.account).values(values))


def well(session: Session, account: Account) -> None:
    """A sending went through. Writes only if there was a failure before."""
    session.execute(
        _these(account.channel, account.account).where(ChannelAccount.failures > 0).values(failures=0, held_until=None)
    )


def keep_event(session: Session, channel: str, account: str, reason: str, body: str, now: datetime) -> None:
    """Keep a payload that became no message."""
    kept = body.replace("\x00", "").encode("utf-8", "replace").decode()[:BODY_KEPT]
    session.add(ChannelEvent(channel=channel, account=account, reason=reason, body=kept, received_at=now))


def _these(channel: str, account: str) -> Any:
    return update(ChannelAccount).where(ChannelAccount.channel == channel, ChannelAccount.account == account)


def _row(session: Session, channel: str, account: str) -> ChannelAccount:
    row = find(session, channel, account)
    if row is None:
        raise NoAccount
    return row
