"""News over the Official Account by the way that is open, against the fake platform: sent once, elsewhere, or held."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from api.channels import accounts
from api.channels.contract import IncomingMessage, Kind, OutgoingMessage
from api.channels.zalo_oa import ledger
from api.citizens.models import Citizen
from api.citizens.service import record_consent
from api.conversations.delivery import deliver_waiting
from api.conversations.intake import open_conversation, receive
from api.conversations.models import Conversation, Message, OutStatus
from api.conversations.outbox import say
from api.core.clock import FixedClock
from api.core.db import transaction
from tests.channels.conftest import Street
from tests.channels.lan import Lan

CARD = {"kind": "ticket", "number": "HD-26-000123", "status_words": "Đã trả lời", "department": "Xí nghiệp Chiếu sáng"}
NEWS = "Phản ánh HD-26-000123 đã xử lý xong."
NOON = timedelta(hours=5)  # UTC
Made = Callable[..., Lan]


@pytest.fixture
def official(lan: Made, hours: FixedClock) -> Made:
    """Lan on an Official Account that may send notices to phones, at noon."""

    def made(**settings: object) -> Lan:
        day = hours.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        hours.move(day + NOON - hours.now())
        return lan("zalo_oa", **({"zns_template": "301", "month_budget": 1000} | settings))

    return made


def gives_phone(her: Lan, phone: str = "0912345678") -> None:
    with transaction() as session:
        citizen_id = session.get_one(Conversation, her.key).citizen_id
        session.get_one(Citizen, citizen_id).phone = phone
        record_consent(session, citizen_id, "contact", "thử", her.clock.now())


def told_news(her: Lan, text: str = NEWS) -> Message:
    with transaction() as session:
        return say(session, her.key, OutgoingMessage(text, card=CARD), author="system", now=her.clock.now())


def bill(her: Lan) -> ledger.Bill:
    with transaction() as session:
        return ledger.bill(session, her.there.account.account, her.clock.now())


def writes(her: Lan) -> None:
    """Her message by the test's own clock: the door itself has another."""
    where = (her.there.account.channel, her.there.account.account, her.user, her.user)
    with transaction() as session:
        assert receive(session, IncomingMessage(*where, uuid.uuid4().hex, Kind.TEXT, "em đây"), her.clock.now())


def test_eight_replies_are_free_the_ninth_costs(official: Made) -> None:
    her = official()
    her.told(*[f"tin {n}" for n in range(9)])
    her.deliver_all()
    assert her.states == [OutStatus.SENT] * 9
    assert bill(her) == ledger.Bill(free=8, paid=1, cost=55)


def test_what_costs_more_than_the_month_has_is_held_and_leaves_when_she_writes(official: Made) -> None:
    her = official(month_budget=0)
    her.told(*[f"tin {n}" for n in range(8)])
    told_news(her)
    her.deliver_all()
    assert her.states == [*[OutStatus.SENT] * 8, OutStatus.HELD]
    assert her.there.messages(her.user, "out")[-1].error == "held: budget"
    writes(her)
    her.told("Dạ em nghe")
    her.deliver_all()
    assert her.heard[-2:] == [NEWS, "Dạ em nghe"]
    assert bill(her).cost == 0


def test_after_a_week_of_silence_a_notice_goes_to_the_phone(official: Made) -> None:
    her = official()
    gives_phone(her)
    her.clock.move(timedelta(days=8))
    told_news(her)
    her.deliver_all()
    assert her.states == [OutStatus.SENT]
    assert her.heard == []
    [row] = her.there.messages(her.user, "out")
    assert (row.external_id or "").startswith("z")
    assert bill(her) == ledger.Bill(zns=1, cost=200)


def test_a_number_without_zalo_costs_nothing_and_the_news_wait(official: Made) -> None:
    her = official()
    her.there.control.set(no_zalo=["84912345678"])
    gives_phone(her)
    her.clock.move(timedelta(days=8))
    told_news(her)
    her.deliver_all()
    assert her.states == [OutStatus.HELD]
    assert bill(her) == ledger.Bill()
    writes(her)
    her.deliver_all()
    assert her.heard == [NEWS]


def test_without_consent_no_notice_goes_to_the_phone(official: Made) -> None:
    her = official()
    with transaction() as session:
        session.get_one(Citizen, session.get_one(Conversation, her.key).citizen_id).phone = "0912345678"
    her.clock.move(timedelta(days=8))
    told_news(her)
    her.deliver_all()
    assert her.states == [OutStatus.HELD]


def test_a_window_that_only_the_platform_knows_to_be_closed(official: Made) -> None:
    her = official()
    her.there.control.set(closed=[her.user])
    told_news(her)
    told_news(her, "tin nữa")
    her.deliver_all()
    assert her.states == [OutStatus.HELD, OutStatus.HELD]
    assert bill(her) == ledger.Bill()
    her.there.control.set(closed=[])
    writes(her)
    her.deliver_all()
    assert her.heard == [NEWS, "tin nữa"]
    assert bill(her).free == 2


@pytest.mark.parametrize("reason", ["closed", "blocked"])
def test_news_go_to_her_other_channel_once(official: Made, connect: Callable[..., Street], reason: str) -> None:
    her = official()
    other = "tele-lan"
    with transaction() as session:
        citizen_id = session.get_one(Conversation, her.key).citizen_id
        known = her.clock.now()
        accounts.connect(session, "telegram", "town", name="thử", settings={}, secrets={}, now=known)
        elsewhere = open_conversation(session, "telegram", "town", other, citizen_id=citizen_id, now=known).id
    her.there.control.set(**{reason: [her.user]})
    row = told_news(her)
    her.deliver_all()
    assert her.states == [OutStatus.MOVED]
    with transaction() as session:
        moved = session.get_one(Message, session.get_one(Message, row.id).extra["moved_to"])
        assert (moved.conversation_id, moved.text, moved.extra["card"]["number"]) == (elsewhere, NEWS, CARD["number"])
        assert moved.status == OutStatus.QUEUED


def test_who_blocks_the_account_finds_the_news_when_she_comes_back(official: Made) -> None:
    her = official()
    her.there.control.set(blocked=[her.user])
    told_news(her)
    her.told("một câu trả lời")
    her.deliver_all()
    assert her.states == [OutStatus.HELD, OutStatus.FAILED]
    her.there.control.set(blocked=[])
    writes(her)
    her.deliver_all()
    assert her.heard == [NEWS]


def test_two_workers_never_spend_the_same_dong(official: Made, hours: FixedClock) -> None:
    her = official(month_budget=300)
    gives_phone(her)
    keys: list[uuid.UUID] = [her.key]
    with transaction() as session:
        citizen_id = session.get_one(Conversation, her.key).citizen_id
        for number in range(5):
            chat = f"{her.user}-{number}"
            thread = open_conversation(
                session, "zalo_oa", her.there.account.account, chat, citizen_id=citizen_id, now=hours.now()
            )
            keys.append(thread.id)
    hours.move(timedelta(days=8))
    with transaction() as session:
        for key in keys:
            say(session, key, OutgoingMessage(NEWS, card=CARD), author="system", now=hours.now())
    ready = threading.Barrier(len(keys))

    def delivers(key: uuid.UUID) -> None:
        ready.wait(10)
        deliver_waiting(key, hours, transaction)

    workers = [threading.Thread(target=delivers, args=(key,)) for key in keys]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    assert bill(her) == ledger.Bill(zns=1, cost=200)
    with transaction() as session:
        rows = [session.query(Message).filter_by(conversation_id=key, direction="out").one() for key in keys]
        assert sorted(row.status for row in rows) == [*[OutStatus.HELD] * 5, OutStatus.SENT]


def test_what_is_held_leaves_at_the_moment_she_writes(official: Made) -> None:
    """The deliverer decides to hold while her message comes in: whoever is second sees what the first one did."""
    her = official(zns_template=None)
    for _ in range(8):
        her.clock.move(timedelta(days=8))
        told_news(her)
        worker = threading.Thread(target=her.deliver)
        worker.start()
        writes(her)
        worker.join(20)
        her.deliver_all()
        assert set(her.states) == {OutStatus.SENT}
