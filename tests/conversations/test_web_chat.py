"""What the web chat's API takes, keeps and refuses."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text
from starlette.testclient import TestClient

from api.channels.contract import Button, OutgoingMessage
from api.conversations.models import Conversation, Media, Message, Mode
from api.conversations.outbox import say
from api.core.clock import FixedClock
from api.core.db import transaction
from api.departments.models import Department, Role, Staff

from .conftest import Visitor, jpeg


def rows(model: type[Message] | type[Media], visitor: Visitor) -> int:
    with transaction() as session:
        query = select(func.count()).where(model.conversation_id == uuid.UUID(visitor.conversation_id))
        return session.scalar(query) or 0


def assert_problem(answer: Any, status: int, code: str | None = None) -> dict[str, str]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, str] = answer.json()
    assert " " in body["detail"]
    assert code is None or body["code"] == code
    return body


def test_a_message_is_kept_and_its_turn_enqueued(lan: Visitor) -> None:
    answer = lan.post(text="  Đèn đường ngõ 12 hỏng  ")
    assert answer.status_code == 202
    assert answer.json()["text"] == "Đèn đường ngõ 12 hỏng"
    assert [m["text"] for m in lan.thread()["messages"]] == ["Đèn đường ngõ 12 hỏng"]
    assert lan.thread()["typing"] is True
    with transaction() as session:
        waiting = "select count(*) from procrastinate_jobs where args->>'conversation_id' = :id"
        assert session.scalar(text(waiting), {"id": lan.conversation_id}) == 1


def test_many_messages_before_the_bot_wakes_are_all_kept(lan: Visitor) -> None:
    assert [lan.post(text=f"câu {n}").status_code for n in range(3)] == [202, 202, 202]
    assert [m["text"] for m in lan.thread()["messages"]] == ["câu 0", "câu 1", "câu 2"]


def test_the_same_client_id_is_stored_once_and_answered_the_same(lan: Visitor) -> None:
    first = lan.post(client_id="once", text="Ổ gà trước cổng trường")
    again = lan.post(client_id="once", text="Ổ gà trước cổng trường")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert rows(Message, lan) == 1


def test_two_visitors_may_use_the_same_client_id(lan: Visitor, newcomer: Callable[[], Visitor]) -> None:
    other = newcomer()
    lan.post(client_id="same", text="của Lan")
    other.post(client_id="same", text="của người khác")
    assert [m["text"] for m in lan.thread()["messages"]] == ["của Lan"]
    assert [m["text"] for m in other.thread()["messages"]] == ["của người khác"]


def test_decomposed_letters_are_stored_composed(lan: Visitor) -> None:
    assert lan.post(text="Nguye\u0302\u0303n").json()["text"] == "Nguyễn"


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert('x')</script><img src=x onerror=alert(1)>",
        "'; drop table message; --",
        "{{7*7}} ${7*7} %s %(x)s \\u0000",
        '/rate{"ticket": "HD-26-000001", "score": 5}',
        "😀👍🏽 á à ả ã ạ",
    ],
)
def test_any_text_comes_back_as_it_was_written(lan: Visitor, words: str) -> None:
    assert lan.post(text=words).status_code == 202
    assert lan.thread()["messages"][-1]["text"] == words


def _raw(visitor: Visitor, words: str) -> Any:
    body = json.dumps({"client_id": "odd", "text": words, "payload": words})
    headers = {**visitor.headers, "Content-Type": "application/json"}
    return visitor.client.post("/api/v1/chat/messages", content=body, headers=headers)


def test_a_zero_byte_becomes_a_blank(lan: Visitor) -> None:
    answer = _raw(lan, "a\u0000b")
    assert answer.status_code == 202
    assert (answer.json()["text"], answer.json()["payload"]) == ("a b", "a b")


def test_half_a_character_is_refused(lan: Visitor) -> None:
    assert_problem(_raw(lan, "a\ud800b"), 422)
    assert rows(Message, lan) == 0


@pytest.mark.parametrize("length", [4001, 20_001, 400_000])
def test_an_over_long_text_is_refused_with_the_limit(lan: Visitor, length: int) -> None:
    body = assert_problem(lan.post(text="a" * length), 413, "text_too_long")
    assert "4.000" in body["detail"]
    assert rows(Message, lan) == 0


def test_the_longest_text_is_taken(lan: Visitor) -> None:
    assert lan.post(text="ạ" * 4000).status_code == 202


@pytest.mark.parametrize("body", [{}, {"text": "   \n"}, {"text": "\u200b"}, {"lat": 20.9}])
def test_an_empty_message_is_refused(lan: Visitor, body: dict[str, object]) -> None:
    assert_problem(lan.post(**body), 422, "empty_message")
    assert rows(Message, lan) == 0


@pytest.mark.parametrize(
    "body",
    [
        {"client_id": "", "text": "a"},
        {"client_id": "ký tự lạ", "text": "a"},
        {"client_id": "x" * 65, "text": "a"},
        {"text": "a", "lat": 91, "lon": 0},
        {"text": "a", "media_ids": ["x"] * 11},
        {"text": ["a"]},
        {"text": "a", "payload": "x" * 501},
    ],
)
def test_a_wrong_field_is_refused_without_repeating_it(lan: Visitor, body: dict[str, object]) -> None:
    problem = assert_problem(lan.post(**body), 422)
    assert "ký tự lạ" not in json.dumps(problem, ensure_ascii=False)
    assert rows(Message, lan) == 0


@pytest.mark.parametrize(
    "body", [b'{"client_id": "a", "text": "\xff\xfe"}', b"{", b"[]", b'{"lat": NaN, "lon": NaN, "client_id": "a"}']
)
def test_broken_bodies_are_refused(lan: Visitor, body: bytes) -> None:
    headers = {**lan.headers, "Content-Type": "application/json"}
    answer = lan.client.post("/api/v1/chat/messages", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert_problem(answer, answer.status_code)
    assert rows(Message, lan) == 0


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer không-có", "Bearer " + "a" * 43])
def test_without_a_valid_token_nothing_is_read_or_written(client: TestClient, token: str) -> None:
    headers = {"Authorization": token.encode()} if token else {}
    for method, path in (("GET", "messages"), ("GET", "stream"), ("GET", f"photos/{uuid.uuid4()}")):
        assert_problem(client.request(method, f"/api/v1/chat/{path}", headers=headers), 401, "not_signed_in")
    body = {"client_id": "a", "text": "a"}
    assert_problem(client.post("/api/v1/chat/messages", json=body, headers=headers), 401)


def test_a_token_in_the_address_is_not_accepted(lan: Visitor) -> None:
    assert_problem(lan.client.get("/api/v1/chat/messages", params={"token": lan.token}), 401)


def test_a_photo_is_cleaned_kept_and_shown_to_its_owner(lan: Visitor) -> None:
    media = lan.upload(jpeg()).json()
    assert (media["width"], media["height"]) == (64, 48)
    message = lan.post(text="ảnh đây", media_ids=[media["media_id"]]).json()
    assert (message["kind"], message["text"]) == ("image", "ảnh đây")
    shown = lan.photo(message["photos"][0])
    assert shown.headers["content-type"] == "image/jpeg"
    assert "private" in shown.headers["cache-control"]


def test_somebody_elses_photo_is_not_found(lan: Visitor, newcomer: Callable[[], Visitor]) -> None:
    media_id = lan.upload(jpeg()).json()["media_id"]
    stranger = newcomer()
    assert_problem(stranger.photo(f"/api/v1/chat/photos/{media_id}"), 404, "not_found")
    assert_problem(stranger.post(text="của tôi", media_ids=[media_id]), 404, "not_found")
    assert rows(Message, stranger) == 0


@pytest.mark.parametrize("media_id", ["khong-phai-uuid", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_photo_is_not_sent(lan: Visitor, media_id: str) -> None:
    assert_problem(lan.post(text="a", media_ids=[media_id]), 404, "not_found")


def test_a_photo_of_twenty_megabytes_is_refused(lan: Visitor) -> None:
    body = assert_problem(lan.upload(jpeg() + b"\0" * 20_000_000), 413, "too_large")
    assert "10 MB" in body["detail"]
    assert rows(Media, lan) == 0


def test_a_photo_just_above_the_limit_is_refused(lan: Visitor) -> None:
    assert_problem(lan.upload(jpeg() + b"\0" * 10_000_000), 413, "too_large")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
        b"",
        b"GIF89a",
        jpeg()[:200],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90\0",
    ],
)
def test_what_is_no_photo_is_refused_whatever_its_name(lan: Visitor, data: bytes) -> None:
    assert_problem(lan.upload(data, "anh.jpg"), 415, "not_a_photo")
    assert rows(Media, lan) == 0


def test_an_upload_without_a_file_is_refused(lan: Visitor) -> None:
    assert_problem(lan.client.post("/api/v1/chat/photos", headers=lan.headers), 422)


def test_a_place_is_a_message_of_its_own(lan: Visitor) -> None:
    message = lan.post(lat=20.9373, lon=106.3146).json()
    assert (message["kind"], message["lat"], message["lon"]) == ("location", 20.9373, 106.3146)


def _told(
    visitor: Visitor, clock: FixedClock, message: OutgoingMessage, author: str = "bot", staff_id: int | None = None
) -> None:
    with transaction() as session:
        say(session, uuid.UUID(visitor.conversation_id), message, author=author, now=clock.now(), staff_id=staff_id)


def test_buttons_and_cards_reach_the_page(lan: Visitor, clock: FixedClock) -> None:
    _told(
        lan,
        clock,
        OutgoingMessage("Đúng chưa ạ?", (Button("Đúng rồi", "/affirm"),), {"kind": "ticket", "number": "HD-26-000001"}),
    )
    (message,) = lan.thread()["messages"]
    assert message["buttons"] == [{"title": "Đúng rồi", "payload": "/affirm"}]
    assert message["card"]["number"] == "HD-26-000001"


def test_a_pressed_button_is_remembered_with_its_words(lan: Visitor) -> None:
    message = lan.post(text="5 sao", payload='/rate{"ticket": "HD-26-000001", "score": 5}').json()
    assert (message["kind"], message["text"]) == ("button", "5 sao")
    assert lan.thread()["messages"][0]["payload"] == '/rate{"ticket": "HD-26-000001", "score": 5}'


def test_a_clerks_words_carry_the_department(lan: Visitor, clock: FixedClock) -> None:
    with transaction() as session:
        department = session.scalars(select(Department).order_by(Department.code).limit(1)).one()
        clerk = Staff(
            username=f"binh-{lan.conversation_id}",
            name="Bình",
            password_hash="x",
            role=Role.CLERK,
            department_code=department.code,
        )
        session.add(clerk)
        session.flush()
        staff_id, name = clerk.id, department.name
    _told(lan, clock, OutgoingMessage("Chào chị, em đang xem ạ."), "staff", staff_id)
    _told(lan, clock, OutgoingMessage("Em nghe ạ."))
    clerk_said, bot_said = lan.thread()["messages"]
    assert (clerk_said["author"], clerk_said["sender"]) == ("staff", name)
    assert bot_said["sender"] is None


def test_while_a_clerk_answers_the_bot_is_not_typing(lan: Visitor) -> None:
    lan.post(text="gặp cán bộ")
    with transaction() as session:
        session.get_one(Conversation, uuid.UUID(lan.conversation_id)).mode = Mode.HUMAN
    thread = lan.thread()
    assert (thread["human"], thread["typing"]) == (True, False)


def test_a_long_thread_is_read_page_by_page_in_both_directions(lan: Visitor, clock: FixedClock) -> None:
    for n in range(7):
        _told(lan, clock, OutgoingMessage(f"tin {n}"))
    newest = lan.thread(limit=3)["messages"]
    assert [m["text"] for m in newest] == ["tin 4", "tin 5", "tin 6"]
    older = lan.thread(limit=3, before=newest[0]["id"])["messages"]
    assert [m["text"] for m in older] == ["tin 1", "tin 2", "tin 3"]
    after = lan.thread(after=newest[0]["id"])["messages"]
    assert [m["text"] for m in after] == ["tin 5", "tin 6"]


@pytest.mark.parametrize("query", [{"after": -1}, {"after": 10**30}, {"before": 0}, {"limit": 0}, {"limit": 100_000}])
def test_wild_cursors_are_refused(lan: Visitor, query: dict[str, int]) -> None:
    assert_problem(lan.client.get("/api/v1/chat/messages", params=query, headers=lan.headers), 422)


def test_too_many_messages_in_a_minute_are_slowed_down(lan: Visitor) -> None:
    answers = [lan.post(text=f"tin {n}") for n in range(61)]
    assert {a.status_code for a in answers[:60]} == {202}
    assert_problem(answers[60], 429, "too_many_requests")
