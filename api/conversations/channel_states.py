"""How the channels are: for the console's page, the command line and whoever has to send something again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.channels import accounts, buckets
from api.channels.buckets import Quota
from api.channels.models import ChannelAccount
from api.conversations.delivery import ON_THE_WAY, monthly_limit
from api.conversations.models import Conversation, Message, OutStatus

LATELY = timedelta(days=1)
LOST = (OutStatus.FAILED, OutStatus.UNKNOWN)


@dataclass(frozen=True)
class ChannelState:
    """One account. `waiting`: messages on their way; `failed` and `unknown`: of the last day; `held`: until the citizen
    writes again; `quota`: None without one.
    """

    account: ChannelAccount
    polling: bool
    waiting: int
    failed: int
    unknown: int
    held: int
    citizens: int
    quota: Quota | None


def channel_states(session: Session, now: datetime) -> list[ChannelState]:
    """Every account that was ever connected."""
    return [_state(session, row, now) for row in accounts.listing(session)]


def _state(session: Session, row: ChannelAccount, now: datetime) -> ChannelState:
    limit = monthly_limit(row)
    used = buckets.sent_this_month(session, row.channel, row.account, now)
    mine = (Conversation.channel == row.channel, Conversation.account == row.account, Conversation.demo.is_(False))
    counts = (
        select(Message.status, func.count())
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(*mine, Message.direction == "out")
    )
    standing = counts.where(Message.status.in_([*ON_THE_WAY, OutStatus.HELD])).group_by(Message.status)
    waiting = dict(session.execute(standing).all())
    held = waiting.pop(OutStatus.HELD, 0)
    recent = counts.where(Message.status.in_(LOST), Message.done_at > now - LATELY).group_by(Message.status)
    lost = dict(session.execute(recent).all())
    return ChannelState(
        account=row,
        polling=row.settings.get("mode") == "polling",
        waiting=sum(waiting.values()),
        failed=lost.get(OutStatus.FAILED, 0),
        unknown=lost.get(OutStatus.UNKNOWN, 0),
        held=held,
        citizens=session.scalar(select(func.count()).select_from(Conversation).where(*mine)) or 0,
        quota=Quota(used, limit) if limit is not None else None,
    )


def lost_messages(session: Session, *, channel: str | None = None, limit: int = 100) -> Sequence[tuple[Message, Conversation]]:
    """What did not arrive, or perhaps not, newest first: each can be sent again by `outbox.resend`."""
    query = (
        select(Message, Conversation)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.direction == "out", Message.status.in_(LOST))
    )
    if channel is not None:
        query = query.where(Conversation.channel == channel)
    return session.execute(query.order_by(Message.id.desc()).limit(limit)).all()
