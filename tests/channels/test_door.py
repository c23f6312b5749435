"""Many webhooks in one commit: each stored once, in order; what holds one up holds up nobody else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text

from api.channels.contract import IncomingMessage, Kind, OutgoingMessage
from api.channels.models import OaWindow
from api.conversations import door
from api.conversations.models import Conversation, Message, OutStatus
from api.conversations.outbox import say
from api.core.clock import SystemClock
from api.core.db import transaction
from tests.channels.conftest import Street
from tests.channels.lan import Lan
from tests.channels.test_hooks import TELEGRAM, update
from tests.fakes.control import until

Connected = Callable[..., Street]
clock = SystemClock()


def incoming(chat: str, number: int, channel: str = "telegram", account: str = "lang_nghe_thu_bot") -> IncomingMessage:
    return IncomingMessage(channel, account, chat, chat, f"{number}", Kind.TEXT, f"tin {number}", raw={"n": number})


def known(there: Street, client: httpx.Client, *users: str) -> None:
    """They have written before."""
    for user in users:
        assert client.post(there.url, json=update(user), headers=TELEGRAM).status_code == 200


def waiting_jobs() -> int:
    with transaction() as session:
        query = text("select count(*) from procrastinate_jobs where task_name = 'langnghe:conversations.turn'")
        return int(session.scalar(query) or 0)


def test_a_batch_is_stored_in_its_order_each_message_once(connect: Connected, client: httpx.Client, user: str) -> None:
    there, stranger, other = connect("telegram"), f"{user}1", f"{user}2"
    known(there, client, user, other)
    batch = [
        incoming(user, 2),
        incoming(other, 2),
        incoming(user, 3),
        incoming(user, 2),
        incoming(stranger, 1),
        incoming(user, 1),
    ]
    taken = door.store("telegram", batch, clock.now())
    assert taken == {0, 1, 2, 3, 5}  # the stranger has no thread yet: he goes alone
    assert [m.external_id for m in there.messages(user)] == ["1", "2", "3"]
    assert [(m.text, m.raw, m.status, m.kind) for m in there.messages(other)[1:]] == [("tin 2", {"n": 2}, "received", "text")]
    assert waiting_jobs() == 2
    assert door.store("telegram", batch, clock.now()) == taken  # told again: taken, and nothing new
    assert len(there.messages(user)) == 3


def test_the_turn_is_enqueued_as_when_the_message_comes_alone(connect: Connected, client: httpx.Client, user: str) -> None:
    there = connect("telegram")
    columns = "queue_name, task_name, priority, lock, queueing_lock, args, status::text, scheduled_at, attempts"

    def job() -> list[Any]:
        with transaction() as session:
            return list(session.execute(text(f"delete from procrastinate_jobs returning {columns}")).all())

    known(there, client, user)
    [alone] = job()
    assert door.store("telegram", [incoming(user, 2)], clock.now())
    [together] = job()
    assert alone == together
    assert alone.lock == f"turn:{there.messages(user)[0].conversation_id}"


def test_a_job_that_is_being_done_is_no_job_that_waits(connect: Connected, client: httpx.Client, user: str) -> None:
    there = connect("telegram")
    known(there, client, user)
    with transaction() as session:
        session.execute(text("update procrastinate_jobs set status = 'doing'"))
    for number in (2, 3):
        assert door.store("telegram", [incoming(user, number)], clock.now())
    assert waiting_jobs() == 2  # the one that is being done, and one more for both


def test_what_a_message_carries_is_kept_as_when_it_comes_alone(connect: Connected, client: httpx.Client, user: str) -> None:
    """The first message of a chat goes alone, the second together with others: both rows look the same."""
    there = connect("telegram")
    parts: list[dict[str, Any]] = [
        {"location": {"latitude": 20.9, "longitude": 106.3}},
        {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9}], "caption": "ảnh"},
        {"contact": {"phone_number": "+84912345678", "first_name": "Lan", "user_id": int(user)}},
        {"text": "xin chào"},
    ]
    for number, part in enumerate(parts):
        first = f"{user}{number}"
        if "contact" in part:
            part["contact"]["user_id"] = int(first)
        for message in (1, 2):
            assert client.post(there.url, json=update(first, number=message, **part), headers=TELEGRAM).status_code == 200
        alone, together = there.messages(first)
        for column in ("kind", "text", "extra", "media_ids", "status", "attempts", "author", "not_before"):
            assert getattr(alone, column) == getattr(together, column), (column, part)
        assert (alone.raw or {}).keys() == (together.raw or {}).keys()


def test_a_thread_in_use_holds_up_only_its_own(connect: Connected, client: httpx.Client, user: str) -> None:
    there, other = connect("telegram"), f"{user}1"
    known(there, client, user, other)
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            thread = there.thread(session, user)
            assert thread is not None
            session.refresh(thread, with_for_update={"key_share": True})
            mine = pool.submit(
                httpx.post, there.url, json=update(user, number=2), headers=TELEGRAM, trust_env=False, timeout=30
            )
            assert client.post(there.url, json=update(other, number=2), headers=TELEGRAM).status_code == 200
            assert not mine.done()
        assert mine.result().status_code == 200
    assert [len(there.messages(one)) for one in (user, other)] == [2, 2]


def test_what_fails_for_one_fails_for_nobody_else(
    connect: Connected, client: httpx.Client, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, other = connect("telegram"), f"{user}1"
    known(there, client, user, other)

    def no_room(message: IncomingMessage) -> str:
        if message.chat_id == user:
            raise RuntimeError("no room")
        return message.text

    for module in ("door", "intake"):
        monkeypatch.setattr(f"api.conversations.{module}.text_of", no_room)

    def post(who: str) -> int:
        headers = TELEGRAM | {"connection": "close"}
        return httpx.post(there.url, json=update(who, number=2), headers=headers, trust_env=False, timeout=30).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(post, [user, other] * 3)) == [200, 200, 200, 500, 500, 500]
    assert [len(there.messages(one)) for one in (user, other)] == [1, 2]


def test_a_crowd_is_all_there(connect: Connected, client: httpx.Client, user: str) -> None:
    there = connect("telegram")
    crowd = [f"{user}{number}" for number in range(12)]

    def speaks(who: str) -> set[int]:
        with httpx.Client(trust_env=False, timeout=30) as mine:
            posts = [mine.post(there.url, json=update(who, f"tin {n}", n), headers=TELEGRAM) for n in range(1, 9)]
            return {answer.status_code for answer in posts}

    with ThreadPoolExecutor(len(crowd)) as pool:
        assert set().union(*pool.map(speaks, crowd)) == {200}
    for who in crowd:
        assert [m.text for m in there.messages(who)] == [f"tin {n}" for n in range(1, 9)]
    assert waiting_jobs() == len(crowd)


def test_writing_to_an_official_account_opens_the_window_and_frees_what_was_held(lan: Callable[..., Lan]) -> None:
    her = lan("zalo_oa", month_budget=0)
    before = clock.now() - timedelta(days=9)
    with transaction() as session:
        session.add(OaWindow(account="303303", chat_id=her.user, opened_at=before, free_used=3, shut=True))
        row = say(session, her.key, OutgoingMessage("tin về phản ánh"), author="system", now=clock.now())
        row.status = OutStatus.HELD
    her.there.control.set(webhook=her.there.url)
    her.there.control.say(her.user, "em đây")
    until(lambda: her.there.messages(her.user, "in"))
    with transaction() as session:
        window = session.get_one(OaWindow, ("303303", her.user))
        assert (window.free_used, window.shut, window.opened_at > before) == (0, False, True)
        status = select(Message.status).where(Message.id == row.id)
        assert session.scalar(status) == OutStatus.QUEUED
        assert session.scalar(select(func.count()).select_from(Conversation)) == 1
