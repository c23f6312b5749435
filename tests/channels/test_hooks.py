"""The webhooks' door: who may come in, what is written down before anything is acknowledged."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from api.channels import accounts
from api.channels.registry import PLATFORMS
from api.conversations.photo_links import photo_link
from api.core.clock import SystemClock
from api.core.db import transaction
from api.core.settings import get_settings
from tests.channels.conftest import Street
from tests.fakes.control import WEBHOOK_SECRET, until

EACH = pytest.mark.parametrize("name", sorted(PLATFORMS))
Connected = Callable[..., Street]
TELEGRAM = {"x-telegram-bot-api-secret-token": WEBHOOK_SECRET}


def update(user: str, text: str = "chào", number: int = 1, **message: Any) -> dict[str, Any]:
    person = {"id": int(user), "is_bot": False, "first_name": "Lan"}
    base = {"message_id": number, "date": 1789033572, "chat": {"id": int(user), "type": "private"}, "from": person}
    return {"update_id": number, "message": base | (message or {"text": text})}


@EACH
def test_a_wrong_secret_is_refused(connect: Connected, client: httpx.Client, name: str) -> None:
    there = connect(name)
    wrong = {"x-telegram-bot-api-secret-token": "x", "x-bot-api-secret-token": "x", "x-zevent-signature": "mac=00"}
    for headers in ({}, wrong):
        assert client.post(there.url, json={"event_name": "x", "timestamp": "1"}, headers=headers).status_code == 403
    assert there.events() == []


@EACH
def test_an_empty_probe_is_answered(connect: Connected, client: httpx.Client, name: str) -> None:
    assert client.post(connect(name).url, content=b"").status_code == 200


@pytest.mark.parametrize("path", ["nothing/acc", "telegram/unknown", "web/default", "console/x"])
def test_unknown_doors_are_closed(api: str, client: httpx.Client, clean: None, path: str) -> None:
    assert client.post(f"{api}/hooks/{path}", json={"update_id": 1}, headers=TELEGRAM).status_code == 403


def test_what_is_refused_is_a_problem_as_everywhere(connect: Connected, client: httpx.Client) -> None:
    url = connect("telegram").url
    huge = b"x" * (get_settings().max_upload_mb * 1_000_000 + 1_000_001)
    pieces = (huge[i : i + 1_000_000] for i in range(0, len(huge), 1_000_000))  # a body that hides its length
    for status, answer in [
        (403, client.post(url, content=b"{}")),
        (405, client.put(url, content=b"{}")),
        (413, client.post(url, content=huge, headers=TELEGRAM)),
        (413, client.post(url, content=pieces, headers=TELEGRAM | {"connection": "close"})),
    ]:
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_disconnected_account_takes_nothing(connect: Connected, client: httpx.Client, user: str) -> None:
    there = connect("telegram")
    assert client.post(there.url, json=update(user), headers=TELEGRAM).status_code == 200
    with transaction() as session:
        accounts.disconnect(session, "telegram", there.account.account)
    assert client.post(there.url, json=update(user, number=2), headers=TELEGRAM).status_code == 403
    assert len(there.messages(user)) == 1


@pytest.mark.parametrize(
    "body", [b"no json", b"[1]", b"\xff\xfe", b'{"update_id": 1, "message": {"chat": {}}}', b"[" * 5000, b'"\\u0000"']
)
def test_a_malformed_body_is_kept_and_acknowledged(connect: Connected, client: httpx.Client, body: bytes) -> None:
    there = connect("telegram")
    assert client.post(there.url, content=body, headers=TELEGRAM).status_code == 200
    assert [event.reason for event in there.events()] == ["malformed"]


def test_a_duplicate_is_stored_once_and_awaits_one_turn(connect: Connected, client: httpx.Client, user: str) -> None:
    there = connect("telegram")
    for _ in range(3):
        assert client.post(there.url, json=update(user), headers=TELEGRAM).status_code == 200
    assert [m.status for m in there.messages(user)] == ["received"]


def test_nothing_is_acknowledged_that_is_not_durable(
    connect: Connected, client: httpx.Client, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = connect("telegram")
    once = TELEGRAM | {"connection": "close"}  # the server hangs up after an error of its own

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the queue is away")

    with monkeypatch.context() as broken_queue:
        broken_queue.setattr("api.core.jobs.enqueue_all", broken)
        assert client.post(there.url, json=update(user), headers=once).status_code == 500
    assert there.messages(user) == []
    assert client.post(there.url, json=update(user), headers=TELEGRAM).status_code == 200
    assert len(there.messages(user)) == 1


def test_odd_characters_are_stored(connect: Connected, client: httpx.Client, user: str) -> None:
    there = connect("telegram")
    body = json.dumps(update(user, "a\x00b \ud83d e\u0301")).encode()
    assert client.post(there.url, content=body, headers=TELEGRAM).status_code == 200
    assert there.messages(user)[0].text == "ab ? é"


def test_a_very_long_message_is_taken(connect: Connected, client: httpx.Client, user: str) -> None:
    there = connect("telegram")
    assert client.post(there.url, json=update(user, "đ" * 4096), headers=TELEGRAM).status_code == 200
    assert len(there.messages(user)[0].text) == 4096


def test_an_album_is_one_message(street: Connected, user: str) -> None:
    there = street("telegram")
    there.control.faults(inbound={"duplicate": 1.0})
    there.control.say(user, "ba ảnh", kind="image", photos=3)
    until(lambda: there.control.heard(user))
    [got] = there.messages(user, "in")
    assert len(got.media_ids) == 3
    assert got.text == "ba ảnh"
    assert there.bot.heard == ["ba ảnh"]


def test_a_photo_after_the_albums_turn_is_a_message_of_its_own(street: Connected, client: httpx.Client, user: str) -> None:
    there = street("telegram")
    there.control.say(user, kind="image", photos=2)
    until(lambda: there.control.heard(user))
    group = there.control.log()["deliveries"][0]["payload"]["message"]["media_group_id"]
    late = update(user, number=900, media_group_id=group, photo=[_size("f1")])
    for _ in range(2):
        assert client.post(there.url, json=late, headers=TELEGRAM).status_code == 200
    assert len(there.messages(user, "in")) == 2


def _size(name: str) -> dict[str, Any]:
    return {"file_id": name, "file_unique_id": name, "width": 9, "height": 9}


def test_an_edit_counts_only_for_the_latest_message(street: Connected, user: str) -> None:
    there = street("telegram")
    there.control.say(user, "đường Lê Lợi")
    until(lambda: there.control.heard(user))
    first = there.messages(user, "in")[0].external_id
    there.control.say(user, "đường Lê Lai", edit_of=first)
    until(lambda: len(there.control.heard(user)) == 2)
    there.control.say(user, "xong rồi")
    until(lambda: len(there.control.heard(user)) == 3)
    there.control.say(user, "đường khác", edit_of=first)
    until(lambda: there.events())
    assert there.bot.heard == ["đường Lê Lợi", "đường Lê Lai", "xong rồi"]
    assert there.messages(user, "in")[1].extra["edited"] is True


def test_a_button_of_another_thread_presses_nothing(connect: Connected, client: httpx.Client, user: str) -> None:
    there = connect("telegram")
    query = {"id": "1", "from": {"id": int(user), "is_bot": False, "first_name": "Lan"}, "chat_instance": "1", "data": "m1:0"}
    query |= {"message": update(user)["message"]}
    assert client.post(there.url, json={"update_id": 5, "callback_query": query}, headers=TELEGRAM).status_code == 200
    assert there.messages(user)[0].extra == {}


def test_a_foreign_contact_is_declined(street: Connected, user: str) -> None:
    there = street("telegram")
    there.control.say(user, kind="contact", foreign=True)
    assert "của chính anh/chị" in until(lambda: there.control.heard(user))[0]["text"]
    there.control.say(user, kind="contact", phone="+84912345678")
    until(lambda: len(there.control.heard(user)) == 2)
    assert there.bot.heard == ['/inform_contact{"phone": "0912345678"}']


def test_a_huge_photo_is_declined(street: Connected, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    there = street("zalo")
    monkeypatch.setattr("api.conversations.media._limit", lambda: 500)
    there.control.say(user, kind="image")
    assert "lớn quá" in until(lambda: there.control.heard(user))[0]["text"]


def test_photos_reach_the_clerk_who_has_taken_over(street: Connected, user: str) -> None:
    there = street("zalo")
    there.control.say(user, "chào")
    until(lambda: there.control.heard(user))
    with transaction() as session:
        thread = there.thread(session, user)
        assert thread is not None
        thread.mode = "human"
    there.control.say(user, "ảnh", kind="image")
    got = until(lambda: [m for m in there.messages(user, "in") if m.media_ids])[0]
    until(lambda: there.messages(user, "in")[-1].status == "done")
    assert got.text == "ảnh"
    assert there.bot.heard == ["chào"]


def test_a_photos_address_is_signed_and_ends(connect: Connected, client: httpx.Client, api: str) -> None:
    connect("zalo")
    good = photo_link("00000000-0000-0000-0000-000000000000", SystemClock().now())
    path = good.split("/hooks/")[1]
    assert client.get(f"{api}/hooks/{path}").status_code == 404  # signed, but there is no such photo
    assert client.get(f"{api}/hooks/{path.replace('.jpg', '0.jpg')}").status_code == 404
