"""A month of an Official Account: 1,000 citizens, some 3,000 notices, and a platform that keeps its own books.

Every notice is sent once, or held and sent once when its citizen writes again; our bill is the platform's.
"""

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.channels import accounts
from api.channels.contract import Account, Address, Failure, IncomingMessage, Kind, OutgoingMessage, Piece, SendFailure
from api.channels.telegram import TelegramChannel
from api.channels.zalo_oa import ZaloOfficialChannel, ledger
from api.citizens.models import Citizen
from api.citizens.service import record_consent
from api.conversations import delivery, intake, outbox, windows
from api.conversations.delivery import deliver_waiting
from api.conversations.intake import open_conversation, receive
from api.conversations.models import Conversation, Message, OutStatus
from api.conversations.outbox import say
from api.conversations.windows import release_held, tariff
from api.core import jobs
from api.core.clock import FixedClock

CITIZENS, DAYS, BUDGET = 1000, 30, 60_000
FREE_FOR, PAID_FOR, FREE_REPLIES = timedelta(hours=48), timedelta(days=7), 8
PAID_PRICE, ZNS_PRICE = 55, 200
CARD = {"kind": "ticket", "number": "HD-26-000001", "status_words": "Đang xử lý", "department": "Xí nghiệp Chiếu sáng"}
SETTINGS = {"zns_template": "301", "month_budget": BUDGET}


@dataclass
class Zalo:
    """The platform's side, from its own rules: who wrote when, what it let through, what it asks for."""

    clock: FixedClock
    wrote: dict[str, datetime] = field(default_factory=dict)
    since: Counter[str] = field(default_factory=Counter)
    blocked: set[str] = field(default_factory=set)
    no_zalo: set[str] = field(default_factory=set)
    sent: Counter[int] = field(default_factory=Counter)  # our message's id → how often
    ways: Counter[str] = field(default_factory=Counter)
    cost: int = 0

    def hears(self, chat: str) -> None:
        self.wrote[chat] = self.clock.now()
        self.since[chat] = 0

    def send(self, to: Address, piece: Piece, *, key: str, account: Account) -> str:
        if to.chat_id in self.blocked:
            raise SendFailure("blocked", Failure.UNREACHABLE)
        silent = self.clock.now() - self.wrote[to.chat_id]
        if silent >= PAID_FOR:
            raise SendFailure("window", Failure.WINDOW)
        free = silent < FREE_FOR and self.since[to.chat_id] < FREE_REPLIES
        self.since[to.chat_id] += 1
        return self._took(key, "free" if free else "paid", 0 if free else PAID_PRICE)

    def zns(self, account: Account, phone: str, template: str, data: dict[str, str], key: str) -> str:
        assert template == "301"
        assert data["ma_phan_anh"] == CARD["number"]
        assert 6 <= (self.clock.now() + timedelta(hours=7)).hour < 22
        if phone in self.no_zalo:
            raise SendFailure("no such number", Failure.PERMANENT)
        return self._took(key, "zns", ZNS_PRICE)

    def telegram(self, to: Address, piece: Piece, *, key: str, account: Account) -> str:
        return self._took(key, "telegram", 0)

    def _took(self, key: str, way: str, cost: int) -> str:
        self.sent[int(key)] += 1
        self.ways[way] += 1
        self.cost += cost
        return f"{way}{sum(self.ways.values())}"


@pytest.fixture
def zalo(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Zalo:
    made = Zalo(clock)
    monkeypatch.setattr(ZaloOfficialChannel, "send", lambda _, *args, **more: made.send(*args, **more))
    monkeypatch.setattr(TelegramChannel, "send", lambda _, *args, **more: made.telegram(*args, **more))
    monkeypatch.setattr(delivery, "send_zns", made.zns)
    # the deliverer is called by hand; pace and live pages are not the subject
    monkeypatch.setattr(jobs, "enqueue", lambda *_, **__: None)
    monkeypatch.setattr(delivery, "_held", lambda *_: None)
    for module in (delivery, intake, outbox, windows):
        monkeypatch.setattr(module, "notify", lambda *_: None)
    return made


@dataclass
class Town:
    """The citizens, and the month as it passes."""

    db: Session
    clock: FixedClock
    zalo: Zalo
    threads: list[Conversation] = field(default_factory=list)
    linked: dict[uuid.UUID, Conversation] = field(default_factory=dict)
    notices: list[int] = field(default_factory=list)

    def move_in(self, dice: random.Random) -> None:
        for account in ("zalo_oa", "telegram"):
            given: dict[str, Any] = {"settings": SETTINGS, "secrets": {}, "name": "thử", "now": self.clock.now()}
            accounts.connect(self.db, account, "town", **given)
        for number in range(CITIZENS):
            citizen = Citizen(display_name=f"Người dân {number}")
            self.db.add(citizen)
            self.db.flush()
            if dice.random() < 0.35:
                citizen.phone = f"09{number:08d}"
                record_consent(self.db, citizen.id, "contact", "thử", self.clock.now())
                if dice.random() < 0.1:
                    self.zalo.no_zalo.add(citizen.phone)
            address = {"citizen_id": citizen.id, "now": self.clock.now()}
            thread = open_conversation(self.db, "zalo_oa", "town", f"u{number}", **address)
            self.threads.append(thread)
            if dice.random() < 0.15:
                self.linked[thread.id] = open_conversation(self.db, "telegram", "town", f"t{number}", **address)

    def writes(self, thread: Conversation, number: str) -> None:
        self.zalo.hears(thread.chat_id)
        self.zalo.blocked.discard(thread.chat_id)
        receive(
            self.db,
            IncomingMessage("zalo_oa", "town", thread.chat_id, thread.chat_id, number, Kind.TEXT, "x"),
            self.clock.now(),
        )
        say(self.db, thread.id, OutgoingMessage("Dạ em ghi nhận."), author="bot", now=self.clock.now())

    def is_told(self, thread: Conversation) -> None:
        message = OutgoingMessage("Phản ánh của anh/chị có tin mới.", card=CARD)
        self.notices.append(say(self.db, thread.id, message, author="system", now=self.clock.now()).id)

    def plans_again(self) -> None:
        """The daily job: what was held for the night leaves by day."""
        held = set(self.db.scalars(select(Message.conversation_id).where(Message.status == OutStatus.HELD)))
        for thread in [one for one in self.threads if one.id in held]:
            release_held(self.db, thread.id, self.clock.now())
            self.delivers(thread)

    def delivers(self, thread: Conversation) -> None:
        @contextmanager
        def same() -> Iterator[Session]:
            yield self.db
            self.db.flush()

        transaction: Callable[[], AbstractContextManager[Session]] = same
        for one in filter(None, (thread, self.linked.get(thread.id))):
            while (later := deliver_waiting(one.id, self.clock, transaction)) is not None:
                self.clock.move(later - self.clock.now())


def month(dice: random.Random, start: datetime) -> list[tuple[datetime, int, str]]:
    """What happens: reports, news about them after hours, days or weeks, and citizens who block the account."""
    events = []
    for citizen in range(CITIZENS):
        at = start + timedelta(minutes=dice.randrange(20 * 24 * 60))
        events.append((at, citizen, "writes"))
        for mean in dice.choice([(20, 100), (20, 150, 300), (6, 60, 200, 400)]):
            events.append((at + timedelta(hours=dice.expovariate(1 / mean)), citizen, "told"))
        if dice.random() < 0.3:
            events.append((at + timedelta(hours=dice.uniform(24, 400)), citizen, "writes"))
        if dice.random() < 0.03:
            events.append((at + timedelta(hours=dice.uniform(24, 200)), citizen, "blocks"))
    events += [(start + timedelta(days=day, hours=1), 0, "morning") for day in range(DAYS)]
    return sorted(event for event in events if event[0] < start + timedelta(days=DAYS))


def where(db: Session, ids: list[int]) -> dict[int, Message]:
    """Each notice as it stands at last: itself, or what went out on another channel in its place."""
    rows = {row.id: row for row in db.scalars(select(Message).where(Message.direction == "out"))}
    return {number: rows[rows[number].extra.get("moved_to", number)] for number in ids}


def test_a_month_loses_no_notice(db: Session, clock: FixedClock, zalo: Zalo, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(3)
    clock.move(datetime(2026, 12, 1, 0, 30, tzinfo=clock.now().tzinfo) - clock.now())
    start, town = clock.now(), Town(db, clock, zalo)
    town.move_in(dice)
    for number, (at, citizen, what) in enumerate(month(dice, start)):
        clock.move(max(at - clock.now(), timedelta()))
        thread = town.threads[citizen]
        if what == "morning":
            town.plans_again()
            continue
        if what == "blocks":
            zalo.blocked.add(thread.chat_id)
            continue
        town.writes(thread, str(number)) if what == "writes" else town.is_told(thread)
        town.delivers(thread)
    db.flush()

    ends = where(db, town.notices)
    states = Counter(row.status for row in ends.values())
    assert len(town.notices) > 2500
    assert set(states) == {OutStatus.SENT, OutStatus.HELD}
    for row in ends.values():
        assert zalo.sent[row.id] == (row.status == OutStatus.SENT)
    bill = ledger.bill(db, "town", clock.now())
    assert (bill.free, bill.paid, bill.zns) == (zalo.ways["free"], zalo.ways["paid"], zalo.ways["zns"])
    assert bill.cost == zalo.cost == bill.paid * PAID_PRICE + bill.zns * ZNS_PRICE
    assert bill.cost <= BUDGET
    by_way = tell(capsys, town, ends, bill)
    assert all(by_way[way] > 50 for way in ("free", "paid", "zns", "telegram", "held"))

    # one after the other they write again, and find what was held for them
    clock.move(timedelta(days=1))
    waiting = {row.conversation_id for row in ends.values() if row.status == OutStatus.HELD}
    for number, thread in enumerate(one for one in town.threads if one.id in waiting):
        clock.move(timedelta(seconds=30))
        town.writes(thread, f"again{number}")
        town.delivers(thread)
    for row in where(db, town.notices).values():
        assert row.status == OutStatus.SENT
        assert zalo.sent[row.id] == 1
    assert not any(release_held(db, thread.id, clock.now()) for thread in town.threads)


def tell(capsys: pytest.CaptureFixture[str], town: Town, ends: dict[int, Message], bill: ledger.Bill) -> Counter[str]:
    """Print the bill. Returns the notices by way."""
    by_way = Counter(
        "held" if r.status == OutStatus.HELD else (r.external_id or "").rstrip("0123456789") for r in ends.values()
    )
    reasons = Counter((r.error or "").removeprefix("held: ") for r in ends.values() if r.status == OutStatus.HELD)
    answers = sum(town.zalo.sent.values()) - sum(n for way, n in by_way.items() if way != "held")
    rules = tariff(SETTINGS)
    with capsys.disabled():
        print(f"\n1 month, {CITIZENS} citizens, {len(town.notices)} notices, {answers} answers of the bot")
        for way in ("free", "paid", "zns", "telegram", "held"):
            print(f"  {way:<9} {by_way[way]:>5} notices")
        print(f"  held at the month's end because of: {dict(reasons)}")
        print(f"  bill: {bill.paid} x {rules.paid_price} + {bill.zns} x {rules.zns_price} = {bill.cost} đồng of {BUDGET}")
    return by_way
