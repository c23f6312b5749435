"""Notices of an Official Account by the way that is open: sent, sent elsewhere, or held until the citizen writes again.

The planner itself is `channels.zalo_oa.windows`; here are its facts, and what becomes of a message that may not leave.
Locks are taken in one order (message, window, month, other conversation), by everybody.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api.channels import accounts
from api.channels.contract import Address, Failure
from api.channels.registry import PLATFORMS
from api.channels.zalo_oa import ledger
from api.channels.zalo_oa.parse import NAME
from api.channels.zalo_oa.windows import Facts, Plan, Tariff, Way, plan
from api.citizens.models import Citizen
from api.citizens.service import has_consent
from api.conversations.models import Conversation, Message, OutStatus
from api.conversations.outbox import enqueue_delivery, locked, outgoing_of, say
from api.core.db import notify
from api.core.settings import get_settings
from api.localities.pack import read


@dataclass(frozen=True)
class Notice:
    """A message as the parameters of the approved template, for one phone number."""

    phone: str
    template: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Leaving:
    """How a message leaves: `plan` is counted on the bill, `notice` only where the way is ZNS."""

    plan: Plan
    notice: Notice | None = None


@lru_cache(maxsize=2)
def tariff_data(locality: str) -> dict[str, Any]:
    loaded: dict[str, Any] = read("zalo_oa.yml", locality)
    return loaded


def tariff(settings: Mapping[str, Any]) -> Tariff:
    """The rules and prices for one account."""
    return Tariff.of(tariff_data(get_settings().locality), settings)


def wrote(session: Session, conversation: Conversation, now: datetime) -> None:
    """The citizen wrote: the window opens anew, and what was held leaves before any answer."""
    if conversation.channel == NAME:
        ledger.opened(session, conversation.account, conversation.chat_id, now)
        release_held(session, conversation.id, now)


def wrote_all(session: Session, threads: Mapping[uuid.UUID, tuple[str, str, str]], now: datetime) -> None:
    """As `wrote`, for many threads (conversation → channel, account, chat) that the caller has locked."""
    mine = {key: place for key, place in threads.items() if place[0] == NAME}
    if mine:
        ledger.opened_all(session, [(account, chat) for _, account, chat in mine.values()], now)
        _release(session, mine, now)


def release_held(session: Session, conversation_id: uuid.UUID, now: datetime) -> int:
    """Have what is held planned again, in its order. Returns how many messages. What still may not leave is held again."""
    locked(session, conversation_id)
    return _release(session, [conversation_id], now)


def _release(session: Session, conversations: Iterable[uuid.UUID], now: datetime) -> int:
    held = (Message.conversation_id.in_(list(conversations)), Message.status == OutStatus.HELD)
    again: dict[str, Any] = {"status": OutStatus.QUEUED, "error": None, "done_at": None}
    # an answer of the bot grows stale, news about a report do not
    session.execute(update(Message).where(*held, Message.author != "bot").values(queued_at=now))
    released = session.scalars(update(Message).where(*held).values(again).returning(Message.conversation_id)).all()
    for conversation_id in sorted(set(released)):
        enqueue_delivery(session, conversation_id)
    return len(released)


def leaving(session: Session, conversation: Conversation, row: Message, now: datetime, *, begun: bool) -> Leaving | None:
    """The way of the next piece of a message; None if it does not leave here (it is held then, or sent elsewhere).

    `begun`: a part of it has left, so the rest can only follow the same way.
    """
    if conversation.channel != NAME:
        return Leaving(Plan(Way.FREE))
    known = accounts.find(session, NAME, conversation.account)
    rules = tariff(known.settings if known else {})
    facts = _facts(session, conversation, row, now)
    chosen, notice, other = plan(facts, rules), None, None
    if chosen.way != Way.FREE and not begun:
        notice = _notice(session, conversation, row, rules)
        other = _elsewhere(session, conversation, row)
        chosen = plan(replace(facts, reachable_by_phone=notice is not None, other_channel=other is not None), rules)
    if chosen.way == Way.HELD:
        _hold(session, row, chosen, now)
        return None
    if chosen.way == Way.OTHER:
        assert other is not None, "planned because there is one"
        _move(session, row, other, now)
        ledger.charge(session, conversation.account, conversation.chat_id, Way.OTHER, 0, now)
        return None
    return Leaving(chosen, notice if chosen.way == Way.ZNS else None)


def _facts(session: Session, conversation: Conversation, row: Message, now: datetime) -> Facts:
    """What is known without looking at other ways; locks the window and the month."""
    place = (conversation.account, conversation.chat_id)
    window = ledger.window(session, *place) or ledger.first_window(session, *place, _last_words(session, conversation))
    return Facts(
        now=now.astimezone(get_settings().zone),
        last_interaction=window.opened_at,
        free_used=window.free_used,
        spent=ledger.month(session, conversation.account, now).cost,
        notice=row.author != "bot",
        shut=window.shut,
        blocked=conversation.unreachable_at is not None,
    )


def rescued(session: Session, conversation: Conversation, row: Message, now: datetime) -> bool:
    """What becomes of news for a citizen who blocks the channel: another channel of the same person, if there is one.

    An Official Account has more ways (`leaving`). Answers of the bot belong where the question was asked.
    """
    other = _elsewhere(session, conversation, row) if row.author != "bot" and not row.extra.get("way") else None
    if other is not None:
        _move(session, row, other, now)
    return other is not None


def charge(session: Session, to: Address, left: Leaving, now: datetime) -> None:
    """Put a message that is about to leave on the bill."""
    if to.channel == NAME:
        ledger.charge(session, to.account, to.chat_id, left.plan.way, left.plan.cost, now)


def refund(session: Session, to: Address, left: Leaving, now: datetime) -> None:
    """It certainly did not leave."""
    if to.channel == NAME:
        ledger.charge(session, to.account, to.chat_id, left.plan.way, left.plan.cost, now, times=-1)


def another_way(session: Session, to: Address, left: Leaving, row: Message, kind: Failure, now: datetime) -> bool:
    """The platform closed a way that we believed open. True if the message may take another one: it is planned again."""
    conversation = session.get_one(Conversation, row.conversation_id)
    if kind == Failure.UNREACHABLE and left.notice is None:
        conversation.unreachable_at = now
    elif left.notice is not None:
        row.extra = row.extra | {"no_zns": True}
    elif kind == Failure.WINDOW and to.channel == NAME:
        ledger.shut(session, to.account, to.chat_id)
    else:
        return False
    if not has_ways(conversation, row) and _elsewhere(session, conversation, row) is None:
        return False
    row.status, row.attempts = OutStatus.QUEUED, 0
    session.flush()
    return True


def has_ways(conversation: Conversation, row: Message) -> bool:
    """Whether news find a way, or wait for one, although the citizen blocks the account."""
    return conversation.channel == NAME and row.author != "bot"


def _hold(session: Session, row: Message, chosen: Plan, now: datetime) -> None:
    row.status, row.done_at, row.error = OutStatus.HELD, now, f"held: {chosen.reason}"
    session.flush()
    notify(session, "conversation", str(row.conversation_id))


def _move(session: Session, row: Message, other: Conversation, now: datetime) -> None:
    row.status, row.done_at, row.error = OutStatus.MOVED, now, None
    made = say(session, other.id, outgoing_of(row), author=row.author, now=now, staff_id=row.staff_id)
    row.extra = row.extra | {"moved_to": made.id}
    session.flush()
    notify(session, "conversation", str(row.conversation_id))


def _elsewhere(session: Session, conversation: Conversation, row: Message) -> Conversation | None:
    """Where else the same citizen is told things at once: the web's page may stay closed for months."""
    if row.author == "bot":
        return None
    query = select(Conversation).where(
        Conversation.citizen_id == conversation.citizen_id,
        Conversation.id != conversation.id,
        Conversation.channel.in_([name for name in PLATFORMS if name != NAME]),
        Conversation.unreachable_at.is_(None),
        Conversation.demo.is_(False),
    )
    for found in session.scalars(query.order_by(Conversation.last_message_at.desc())):
        known = accounts.find(session, found.channel, found.account)
        if known is not None and known.state == "connected":
            return found
    return None


def _notice(session: Session, conversation: Conversation, row: Message, rules: Tariff) -> Notice | None:
    """The message as a template's parameters, if it is one about a ticket and the citizen gave the number for that."""
    card = row.extra.get("card") or {}
    if row.author == "bot" or card.get("kind") != "ticket" or row.extra.get("no_zns") or not rules.zns_template:
        return None
    data = tariff_data(get_settings().locality)["zns"]
    phone = session.get_one(Citizen, conversation.citizen_id).phone
    if not phone or not has_consent(session, conversation.citizen_id, data["consent"]):
        return None
    return Notice(phone, rules.zns_template, {name: str(card.get(key) or "") for name, key in data["fields"].items()})


def _last_words(session: Session, conversation: Conversation) -> datetime:
    query = select(func.max(Message.created_at)).where(Message.conversation_id == conversation.id, Message.direction == "in")
    return session.scalar(query) or conversation.created_at
