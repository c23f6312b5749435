"""The way out: one conversation's waiting messages, in order, piece by piece, at the platform's pace.

A piece is marked as being sent before it leaves. Whatever dies in between leaves that mark, and then the piece counts as
unknown: it may have arrived, so it is never sent again by itself.
"""

import logging
import random
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.channels import accounts, buckets
from api.channels.contract import Account, Address, Failure, Photo, Piece, SendFailure
from api.channels.models import ChannelAccount
from api.channels.registry import CHANNELS, PLATFORMS, channel, platform
from api.channels.render import pieces
from api.channels.zalo_oa.zns import send_zns
from api.conversations import windows
from api.conversations.models import Conversation, Media, Message, OutStatus
from api.conversations.outbox import outgoing_of
from api.conversations.photo_links import photo_link
from api.conversations.photos import path_of
from api.core.clock import Clock
from api.core.db import notify
from api.core.errors import OutsideFailure

log = logging.getLogger(__name__)
Transaction = Callable[[], AbstractContextManager[Session]]
# after so long a message is given up and shows in the console: an answer is stale sooner than news about a report
PATIENCE, PATIENCE_WITH_NEWS = timedelta(hours=24), timedelta(days=31)
LONGEST_WAIT = 300.0  # seconds between two tries
LOOK_AGAIN = timedelta(minutes=5)  # at an account that is off, refused or used up
FAILURES_IN_A_ROW = 5  # of an account, after which the others of its messages wait as well
ON_THE_WAY = (OutStatus.QUEUED, OutStatus.SENDING)


@dataclass(frozen=True)
class Ready:
    """One piece that may leave now."""

    message_id: int
    conversation_id: uuid.UUID
    attempts: int
    index: int
    last: bool
    piece: Piece
    photo_sha: str | None
    photo_url: str
    to: Address
    account: Account
    failures: int
    leaving: windows.Leaving


def deliver_waiting(conversation_id: uuid.UUID, clock: Clock, transaction: Transaction) -> datetime | None:
    """Deliver what waits. Returns when to come back, None if nothing is left. The caller runs one of these at a time."""
    while True:
        ready = _take(conversation_id, clock, transaction)
        if ready is None and _came_meanwhile(conversation_id, transaction):
            continue
        if not isinstance(ready, Ready):
            return ready
        again = _note(ready, _send(ready), clock, transaction)
        if again is not None:
            return again


def _came_meanwhile(conversation_id: uuid.UUID, transaction: Transaction) -> bool:
    """Whether something waits now that nobody is writing. Whoever spoke while our job still lay in the queue enqueued
    none of his own, and holds the thread's lock until his words are visible. In a transaction of its own: others take
    that lock before those of messages and windows.
    """
    with transaction() as session:
        session.get_one(Conversation, conversation_id, with_for_update={"key_share": True})
        return _oldest(session, conversation_id) is not None


def _take(conversation_id: uuid.UUID, clock: Clock, transaction: Transaction) -> Ready | datetime | None:
    with transaction() as session:
        conversation = session.get_one(Conversation, conversation_id)
        while row := _oldest(session, conversation_id):
            if row.status == OutStatus.SENDING:
                # jobs of one conversation run one at a time, so whoever sent this is dead
                _advance(session, row, None, clock.now(), unknown="the worker died while sending")
                continue
            reason = _hopeless(conversation, row, clock.now())
            if reason is None and conversation.unreachable_at is not None:
                reason = _blocked(session, conversation, row, clock.now())
            if reason:
                _close(session, row, OutStatus.FAILED, reason, clock.now())
            if row.status not in ON_THE_WAY:
                continue
            found = _ready(session, conversation, row, clock.now())
            if found is not None:
                return found
    return None


def _oldest(session: Session, conversation_id: uuid.UUID) -> Message | None:
    """The order of a conversation is the order of its ids."""
    query = select(Message).where(
        Message.conversation_id == conversation_id, Message.direction == "out", Message.status.in_(ON_THE_WAY)
    )
    return session.scalar(query.order_by(Message.id).limit(1).with_for_update())


def _hopeless(conversation: Conversation, row: Message, now: datetime) -> str | None:
    if conversation.channel not in CHANNELS:
        return "no such channel"
    patience = PATIENCE if row.author == "bot" else PATIENCE_WITH_NEWS
    return "waited too long" if now - (row.queued_at or row.created_at) > patience else None


def _blocked(session: Session, conversation: Conversation, row: Message, now: datetime) -> str | None:
    """Why a message to a citizen who blocks the account is given up; None if it went, or may still go, another way."""
    if windows.has_ways(conversation, row) or windows.rescued(session, conversation, row, now):
        return None
    return "blocked by the citizen"


def _ready(session: Session, conversation: Conversation, row: Message, now: datetime) -> Ready | datetime | None:
    """The next piece of a message, or the moment at which it may leave; None if every piece has left."""
    parts = pieces(outgoing_of(row), channel(conversation.channel).capabilities)
    index = len(row.extra.get("way", []))
    if index >= len(parts):
        _close(session, row, OutStatus.SENT, None, now)
        return None
    leaving = windows.leaving(session, conversation, row, now, begun=bool(index))
    if leaving is None:
        return None
    to = Address(conversation.channel, conversation.account, conversation.chat_id)
    account = Account(to.channel, to.account)
    failures = 0
    if to.channel in PLATFORMS:
        known = accounts.find(session, to.channel, to.account)
        held = _held(session, known, to, now)
        if held is not None or known is None:
            return held
        account, failures = accounts.opened(known), known.failures
    piece = parts[index]
    media = session.get(Media, uuid.UUID(piece.media_id)) if piece.media_id else None
    if piece.media_id and media is None:
        _advance(session, row, None, now, unknown=None)
        return None
    row.status = OutStatus.SENDING
    row.attempts += 1
    windows.charge(session, to, leaving, now)
    url = photo_link(str(media.id), now) if media else ""
    last = index == len(parts) - 1 or leaving.notice is not None
    sha = media.sha256 if media else None
    return Ready(row.id, conversation.id, row.attempts, index, last, piece, sha, url, to, account, failures, leaving)


def _held(session: Session, known: ChannelAccount | None, to: Address, now: datetime) -> datetime | None:
    """Until when the platform's pace, a quota or a trouble of the account keeps a message back. Takes a token if not."""
    if known is None or known.state != "connected":
        return now + LOOK_AGAIN
    if known.held_until is not None and known.held_until > now:
        return known.held_until + timedelta(seconds=random.uniform(0, 1))  # noqa: S311 - jitter, not a secret
    month = monthly_limit(known)
    if month is not None and buckets.sent_this_month(session, to.channel, to.account, now) >= month:
        return min(buckets.next_month(now), now + LOOK_AGAIN)  # the plan may be raised before the month ends
    wait = buckets.wait_for_turn(session, to, platform(to.channel).limits, now)
    return now + wait if wait is not None else None


def monthly_limit(known: ChannelAccount) -> int | None:
    """Messages a month: the account's own setting, else the platform's free plan. 0 in the setting: no limit."""
    own = known.settings.get("monthly_limit")
    return (int(own) or None) if own is not None else platform(known.channel).limits.per_month


def _send(ready: Ready) -> str | OutsideFailure | None:
    piece, notice = ready.piece, ready.leaving.notice
    if ready.photo_sha is not None:
        piece = replace(piece, photo=Photo(path_of(ready.photo_sha).read_bytes(), ready.photo_url))
    try:
        if notice is not None:
            return send_zns(ready.account, notice.phone, notice.template, notice.data, str(ready.message_id))
        return channel(ready.to.channel).send(ready.to, piece, key=str(ready.message_id), account=ready.account)
    except OutsideFailure as failure:
        return failure


def _note(ready: Ready, outcome: str | OutsideFailure | None, clock: Clock, transaction: Transaction) -> datetime | None:
    """Write down what became of a piece. Returns when to try again, None to go on with what waits."""
    with transaction() as session:
        row = session.get_one(Message, ready.message_id, with_for_update=True)
        now = clock.now()
        if isinstance(outcome, OutsideFailure):
            return _failed(session, ready, row, outcome, now)
        if ready.to.channel in PLATFORMS:
            _count(session, ready, now)
            accounts.well(session, ready.account)
        _advance(session, row, outcome, now, unknown=None)
        if ready.last:
            _close(session, row, OutStatus.SENT, None, now)
    return None


def _failed(session: Session, ready: Ready, row: Message, failure: OutsideFailure, now: datetime) -> datetime | None:
    kind = failure.kind if isinstance(failure, SendFailure) else Failure.PERMANENT if failure.permanent else Failure.PASSING
    words = str(failure)
    if kind == Failure.UNKNOWN:
        _count(session, ready, now)
        accounts.failed(session, ready.account, words, now, hold=_breather(ready))
        _advance(session, row, None, now, unknown=words)
        if ready.last:
            _close(session, row, OutStatus.SENT, words, now)
        return None
    windows.refund(session, ready.to, ready.leaving, now)
    if kind in {Failure.PERMANENT, Failure.WINDOW, Failure.UNREACHABLE}:
        if windows.another_way(session, ready.to, ready.leaving, row, kind, now):
            return None
        _close(session, row, OutStatus.FAILED, words, now)
        return None
    row.status, row.error = OutStatus.QUEUED, words[:500]
    notify(session, "conversation", str(row.conversation_id))
    return _try_again(session, ready, kind, failure, now)


def _try_again(session: Session, ready: Ready, kind: Failure, failure: OutsideFailure, now: datetime) -> datetime:
    words, asked = str(failure), failure.retry_after
    if kind == Failure.ACCOUNT:
        accounts.refused(session, ready.account, words, now)
        log.error("%s %s: the platform refuses the account", ready.to.channel, ready.to.account)
        return now + LOOK_AGAIN
    if kind == Failure.QUOTA:
        # the month's quota, or only too fast: the platform says no more than 429, so we look again ever more seldom
        hold = min(timedelta(seconds=5 * 2.0 ** min(ready.failures, 10)), LOOK_AGAIN)
        accounts.failed(session, ready.account, words, now, hold=hold)
        if hold == LOOK_AGAIN:
            log.error("%s %s: the quota is used up", ready.to.channel, ready.to.account)
        return now + hold
    if kind == Failure.BUSY and asked is not None and asked > 3:
        # so long a pause is meant for the whole account
        accounts.failed(session, ready.account, words, now, hold=timedelta(seconds=asked))
    elif kind == Failure.PASSING:
        accounts.failed(session, ready.account, words, now, hold=_breather(ready))
    base = asked if asked is not None else min(2.0 ** min(ready.attempts - 1, 10), LONGEST_WAIT)
    return now + timedelta(seconds=base * random.uniform(1.0, 1.3))  # noqa: S311 - jitter, not a secret


def _breather(ready: Ready) -> timedelta | None:
    """After several failures in a row nobody else tries for a while: a platform that hangs must not hold every worker."""
    beyond = ready.failures + 1 - FAILURES_IN_A_ROW
    return timedelta(seconds=min(2.0 ** min(beyond, 6), 60)) if beyond >= 0 else None


def _count(session: Session, ready: Ready, now: datetime) -> None:
    known = accounts.find(session, ready.to.channel, ready.to.account)
    limit = monthly_limit(known) if known is not None else None
    sent = buckets.count(session, ready.to.channel, ready.to.account, now)
    if limit is None:
        return
    reached = buckets.Quota(sent, limit).level
    if reached > buckets.Quota(sent - 1, limit).level:
        log.warning("%s %s: %s %% of this month's messages are used", ready.to.channel, ready.to.account, reached)


def _advance(session: Session, row: Message, external_id: str | None, now: datetime, *, unknown: str | None) -> None:
    """One piece has left: `extra["way"]` has the platform's id of each piece so far. A message is sent when all have."""
    way: list[dict[str, Any]] = [*row.extra.get("way", []), {"id": external_id} | ({"unknown": unknown} if unknown else {})]
    row.extra = row.extra | {"way": way}
    row.status, row.attempts = OutStatus.QUEUED, 0
    session.flush()


def _close(session: Session, row: Message, status: OutStatus, error: str | None, now: datetime) -> None:
    way: list[dict[str, Any]] = row.extra.get("way", [])
    if status == OutStatus.SENT and any(step.get("unknown") for step in way):
        status, error = OutStatus.UNKNOWN, next(step["unknown"] for step in way if step.get("unknown"))
    row.status, row.error, row.done_at = status, (error or None) and str(error)[:500], now
    row.external_id = _free_id(session, row, [step["id"] for step in way if step.get("id")])
    session.flush()
    notify(session, "conversation", str(row.conversation_id))


def _free_id(session: Session, row: Message, ids: list[str]) -> str | None:
    """The last piece's id, by which receipts find the message; None if a platform gives one twice."""
    if not ids:
        return None
    taken = select(Message.id).where(Message.conversation_id == row.conversation_id, Message.external_id == ids[-1])
    return ids[-1] if session.scalar(taken.where(Message.id != row.id)) is None else None
