"""What the platforms sent is kept as it came for a limited time, and then thrown away; the citizen's message stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from api.channels import accounts, buckets
from api.channels import jobs as channel_jobs
from api.channels.contract import Address, IncomingMessage, Kind, Limits
from api.channels.models import ChannelBucket, ChannelEvent
from api.conversations import jobs
from api.conversations.intake import receive
from api.conversations.models import Message
from api.core.clock import FixedClock
from api.core.db import transaction
from api.core.settings import get_settings


@pytest.fixture
def hours(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    monkeypatch.setattr(jobs, "clock", clock)
    monkeypatch.setattr(channel_jobs, "clock", clock)
    return clock


def test_raw_payloads_go_after_their_days(committed: str, hours: FixedClock) -> None:
    kept = timedelta(days=get_settings().raw_retention_days)
    for number in range(2):
        with transaction() as session:
            incoming = IncomingMessage("telegram", "bot", "1", "1", f"{number}", Kind.TEXT, f"tin {number}", raw={"n": number})
            receive(session, incoming, hours.now())
            accounts.keep_event(session, "telegram", "bot", "ignored", f"{number}", hours.now())
        hours.move(kept - timedelta(hours=1))
    hours.move(-kept + timedelta(hours=3))  # the first is a little older than its days, the second is not
    jobs.forget_raw(0)
    channel_jobs.forget(0)
    with transaction() as session:
        rows = list(session.scalars(select(Message).order_by(Message.id)))
        assert [(row.text, row.raw) for row in rows] == [("tin 0", None), ("tin 1", {"n": 1})]
        assert [event.body for event in session.scalars(select(ChannelEvent))] == ["1"]


def test_buckets_of_silent_chats_are_forgotten(committed: str, hours: FixedClock) -> None:
    limits = Limits(per_second=1, burst=1, chat_per_second=1, chat_burst=1)
    with transaction() as session:
        assert buckets.wait_for_turn(session, Address("telegram", "bot", "1"), limits, hours.now()) is None
    hours.move(timedelta(hours=2))
    channel_jobs.forget(0)
    with transaction() as session:
        assert session.scalars(select(ChannelBucket)).all() == []
