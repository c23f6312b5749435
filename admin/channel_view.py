"""The channels as their page shows them: how they are, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.words import words
from api.channels.zalo_oa import ledger
from api.channels.zalo_oa.ledger import Bill
from api.channels.zalo_oa.parse import NAME as OFFICIAL
from api.channels.zalo_oa.windows import Tariff
from api.citizens.models import Citizen
from api.conversations.channel_states import ChannelState, channel_states, lost_messages
from api.conversations.models import Conversation, Message
from api.conversations.windows import tariff
from api.core.words import number


@dataclass(frozen=True)
class Shown:
    """One account. `badge` is an entry of the words: icon, name, tag."""

    state: ChannelState
    badge: dict[str, str]
    heard: str
    trouble: str
    bill: Bill | None
    tariff: Tariff | None

    @property
    def percent(self) -> int:
        """Of the month's messages, at most 100."""
        quota = self.state.quota
        return min(100, quota.used * 100 // quota.limit) if quota and quota.limit else 0

    @property
    def budget_percent(self) -> int:
        if not self.bill or not self.tariff or not self.tariff.budget:
            return 0
        return min(100, self.bill.cost * 100 // self.tariff.budget)


@dataclass(frozen=True)
class Lost:
    """A message that did not arrive, or perhaps not."""

    message: Message
    thread: Conversation
    name: str
    trouble: str


def shown_channels(db: Session, now: datetime) -> list[Shown]:
    return [_shown(db, state, now) for state in channel_states(db, now)]


def _shown(db: Session, state: ChannelState, now: datetime) -> Shown:
    row = state.account
    badge: dict[str, Any] = words()["channel_state"].get(row.state, words()["channel_state"]["off"])
    if row.state == "connected" and row.last_event_at is None:
        badge = words()["channel_silent"]
    official = row.channel == OFFICIAL
    return Shown(
        state=state,
        badge=badge,
        heard=ago(now, row.last_event_at),
        trouble=trouble_words(row.last_error) if row.last_error else "",
        bill=ledger.bill(db, row.account, now) if official else None,
        tariff=tariff(row.settings) if official else None,
    )


def lost(db: Session, limit: int) -> list[Lost]:
    rows = lost_messages(db, limit=limit)
    people = select(Citizen.id, Citizen.display_name).where(Citizen.id.in_({thread.citizen_id for _, thread in rows}))
    names = dict(db.execute(people).all())
    return [
        Lost(message, thread, names.get(thread.citizen_id) or "Người dân", trouble_words(message.error))
        for message, thread in rows
    ]


def trouble_words(error: str | None) -> str:
    """Why a sending failed, as a person says it; the platform's own number stays, for whoever has to ask there."""
    error = error or ""
    known: dict[str, str] = words()["send_trouble"]
    found = next((meaning for part, meaning in known.items() if part in error), None)
    if found is not None:
        return found
    last = error.split(" ")[-1]
    code = f" (mã {last})" if last.lstrip("-").isdigit() else ""
    return f"{words()['send_trouble_other']}{code}"


def ago(now: datetime, at: datetime | None) -> str:
    """`5 phút trước`."""
    if at is None:
        return "chưa có"
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return "vừa xong"
    if minutes < 60:
        return f"{minutes} phút trước"
    if minutes < 48 * 60:
        return f"{minutes // 60} giờ trước"
    return f"{number(minutes // (24 * 60))} ngày trước"
