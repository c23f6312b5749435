"""The platforms' own payloads, as the research found them, at the door."""

import contextlib
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from api.channels.contract import IncomingMessage, Kind, Malformed, Reachable, Receipt
from api.channels.registry import PLATFORMS, platform
from api.channels.zalo_oa.parse import authentic

IMAGE = {
    "event_name": "message.image.received",
    "message": {
        "date": 1789033572455,
        "chat": {"chat_type": "PRIVATE", "id": "a1b2"},
        "message_id": "m1a2",
        "message_type": "CHAT_PHOTO",
        "from": {"id": "a1b2", "is_bot": False, "display_name": "Lan"},
        "photo_url": "https://photo-stal-1.zdn.vn/x.jpg",
        "caption": "ổ gà",
    },
}
PERSON = {"id": 42, "is_bot": False, "first_name": "Lan", "last_name": "Nguyễn"}
CHAT = {"id": 42, "type": "private"}


def one(name: str, payload: dict[str, Any]) -> Any:
    [event] = platform(name).parse("acc", payload)
    return event


def without(payload: dict[str, Any], field: str) -> dict[str, Any]:
    message = {key: value for key, value in payload["message"].items() if key != field}
    return payload | {"message": message}


# --- Zalo Bot


@pytest.mark.parametrize("payload", [IMAGE, {"ok": True, "result": IMAGE}], ids=["flat", "wrapped"])
def test_zalo_photo_in_both_envelopes(payload: dict[str, Any]) -> None:
    got = one("zalo", payload)
    assert (got.kind, got.text, got.media[0].url) == (Kind.IMAGE, "ổ gà", "https://photo-stal-1.zdn.vn/x.jpg")
    assert (got.chat_id, got.sender_id, got.message_id, got.display_name) == ("a1b2", "a1b2", "m1a2", "Lan")
    assert got.sent_at.isoformat() == "2026-09-10T09:46:12.455000+00:00"


def test_zalo_photo_under_its_documented_name() -> None:
    payload = without(IMAGE, "photo_url")
    payload["message"]["photo"] = "https://a.zdn.vn/y.jpg"
    assert one("zalo", payload).media[0].url == "https://a.zdn.vn/y.jpg"


def test_zalo_photo_without_address_is_unsupported() -> None:
    assert one("zalo", without(IMAGE, "photo_url")).kind == Kind.UNSUPPORTED


def test_zalo_message_without_id_or_date_is_the_same_at_its_repeat() -> None:
    payload = {"event_name": "message.unsupported.received", "message": {"chat": {"id": "c"}, "from": {"id": "c"}}}
    first, again = one("zalo", payload), one("zalo", json.loads(json.dumps(payload)))
    assert first.kind == Kind.UNSUPPORTED
    assert first.message_id == again.message_id
    assert first.sent_at is None


@pytest.mark.parametrize("name", ["message.voice.received", "message.sticker.received", "message.text.received"])
def test_zalo_other_kinds(name: str) -> None:
    got = one("zalo", without(IMAGE, "photo_url") | {"event_name": name})
    assert got.kind == {"voice": Kind.VOICE, "sticker": Kind.STICKER, "text": Kind.TEXT}[name.split(".")[1]]


def test_zalo_groups_and_bots_are_left_alone() -> None:
    group = IMAGE["message"] | {"chat": {"chat_type": "GROUP", "id": "g"}}  # type: ignore[operator]
    robot = IMAGE["message"] | {"from": {"id": "r", "is_bot": True}}  # type: ignore[operator]
    assert [platform("zalo").parse("acc", IMAGE | {"message": m}) for m in (group, robot)] == [[], []]


# --- Telegram


def telegram(**message: Any) -> dict[str, Any]:
    base = {"message_id": 7, "date": 1789033572, "chat": CHAT, "from": PERSON}
    return {"update_id": 1, "message": base | message}


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("/start", "Xin chào"),
        ("/start HD-26-000123", "Tra cứu phản ánh HD-26-000123"),
        ("/start@lang_nghe_bot hd-26-000123", "Tra cứu phản ánh HD-26-000123"),
        ("/start <script>", "Xin chào"),
        ("đèn hỏng", "đèn hỏng"),
    ],
)
def test_telegram_words_and_deep_links(text: str, heard: str) -> None:
    got = one("telegram", telegram(text=text))
    assert (got.kind, got.text, got.display_name, got.message_id) == (Kind.TEXT, heard, "Lan Nguyễn", "7")


def test_telegram_location_and_venue() -> None:
    place = {"latitude": 20.94, "longitude": 106.33}
    venue = {"location": place, "title": "Chợ", "address": "Hải Dương"}
    for got in (one("telegram", telegram(location=place)), one("telegram", telegram(venue=venue, location=place))):
        assert (got.kind, got.lat, got.lon) == (Kind.LOCATION, 20.94, 106.33)


@pytest.mark.parametrize(("owner", "phone"), [(42, "0912345678"), (43, None), (None, None)])
def test_telegram_contact_only_of_the_sender(owner: int | None, phone: str | None) -> None:
    contact = {"phone_number": "+84 912 345 678", "first_name": "Lan"} | ({"user_id": owner} if owner else {})
    got = one("telegram", telegram(contact=contact))
    assert (got.kind, got.phone) == (Kind.CONTACT, phone)


def test_telegram_album_edit_press_and_block() -> None:
    sizes = [{"file_id": f, "file_unique_id": f, "width": 1, "height": 1} for f in ("small", "large")]
    got = one("telegram", telegram(photo=sizes, media_group_id="g1", caption="hai ảnh"))
    assert (got.album, got.media[0].file_id, got.text) == ("g1", "large", "hai ảnh")
    edited = {"update_id": 2, "edited_message": telegram(text="sửa", edit_date=1789033600)["message"]}
    got = one("telegram", edited)
    assert (got.edit_of, got.text, got.message_id) == ("7", "sửa", "7:edit:2")
    message = telegram(text="Gửi nhé?")["message"]
    query = {"id": "99", "from": PERSON, "chat_instance": "1", "data": "m12:0", "message": message}
    got = one("telegram", {"update_id": 3, "callback_query": query})
    assert (got.kind, got.button, got.receipt, got.message_id) == (Kind.BUTTON, "m12:0", "99", "press:99")
    member = {"user": PERSON | {"is_bot": True}, "status": "member"}
    left = {"user": PERSON | {"is_bot": True}, "status": "kicked", "until_date": 0}
    change = {"chat": CHAT, "from": PERSON, "date": 1, "old_chat_member": member, "new_chat_member": left}
    assert one("telegram", {"update_id": 4, "my_chat_member": change}) == Reachable("telegram", "acc", "42", False)


def test_telegram_is_read_as_its_library_reads_it() -> None:
    person = PERSON | {"id": 42, "first_name": "Lan", "last_name": "Nguyễn"}
    payload = telegram(text="đèn hỏng", **{"from": person})
    got, theirs = one("telegram", payload), Update.de_json(payload, None).message
    assert theirs is not None
    assert theirs.from_user is not None
    assert (got.chat_id, got.message_id) == (str(theirs.chat.id), str(theirs.message_id))
    assert (got.sender_id, got.display_name) == (str(theirs.from_user.id), theirs.from_user.full_name)
    assert (got.text, got.sent_at) == (theirs.text, theirs.date)


def test_telegram_live_places_and_groups_are_left_alone() -> None:
    live = telegram(location={"latitude": 1.0, "longitude": 2.0}, edit_date=5)["message"]
    group = telegram(text="chào") | {}
    group["message"] = group["message"] | {"chat": {"id": -5, "type": "group", "title": "Tổ dân phố"}}
    assert platform("telegram").parse("acc", {"update_id": 1, "edited_message": live}) == []
    assert platform("telegram").parse("acc", group) == []


# --- Zalo Official Account


def oa(name: str, **more: Any) -> dict[str, Any]:
    who = {"sender": {"id": "u1"}, "recipient": {"id": "oa"}}
    return {"app_id": "3003", "user_id_by_app": "x", "event_name": name, "timestamp": "1789033572455", **who, **more}


def test_oa_location_comes_as_words() -> None:
    point = {"type": "location", "payload": {"coordinates": {"latitude": "10.79", "longitude": "106.78"}}}
    got = one("zalo_oa", oa("user_send_location", message={"msg_id": "1", "attachments": [point]}))
    assert (got.kind, got.lat, got.lon) == (Kind.LOCATION, 10.79, 106.78)


def test_oa_photo_form_press_and_file() -> None:
    picture = {"type": "image", "payload": {"url": "https://a.zdn.vn/1.jpg", "thumbnail": "t"}}
    got = one("zalo_oa", oa("user_send_image", message={"msg_id": "1", "text": "đây", "attachments": [picture]}))
    assert (got.kind, got.media[0].url, got.text) == (Kind.IMAGE, "https://a.zdn.vn/1.jpg", "đây")
    got = one("zalo_oa", oa("user_submit_info", info={"phone": 84912345678, "name": "Lan"}))
    assert (got.kind, got.phone, got.display_name) == (Kind.CONTACT, "0912345678", "Lan")
    got = one("zalo_oa", oa("user_send_text", message={"msg_id": "2", "text": "#m12:1"}))
    assert (got.kind, got.button, got.text) == (Kind.BUTTON, "m12:1", "")
    assert one("zalo_oa", oa("user_send_file", message={"msg_id": "3"})).kind == Kind.UNSUPPORTED


def test_oa_receipts_and_follow() -> None:
    seen = one("zalo_oa", oa("user_seen_message", message={"msg_ids": ["a", "b"]}))
    assert isinstance(seen, Receipt)
    assert (seen.state, seen.message_ids, seen.chat_id) == ("seen", ("a", "b"), "u1")
    assert one("zalo_oa", oa("user_received_message", message={"msg_id": "a"})).state == "received"
    assert one("zalo_oa", {"event_name": "follow", "follower": {"id": "u9"}}) == Reachable("zalo_oa", "acc", "u9", True)
    assert platform("zalo_oa").parse("acc", {"event_name": "unfollow", "follower": {"id": "u9"}}) == []


def test_oa_signature_is_over_the_raw_bytes() -> None:
    body = '{"timestamp":"17","event_name":"user_send_text","x":"đ"}'.encode()
    mac = hashlib.sha256(b"3003" + body + b"17" + b"secret").hexdigest()
    assert authentic("3003", "secret", {"x-zevent-signature": f"mac={mac}"}, body)
    again = json.dumps(json.loads(body)).encode()
    assert not authentic("3003", "secret", {"x-zevent-signature": f"mac={mac}"}, again)
    assert not authentic("3003", "app secret", {"x-zevent-signature": f"mac={mac}"}, body)
    assert not authentic("", "", {"x-zevent-signature": "mac=" + hashlib.sha256(body + b"17").hexdigest()}, body)
    assert not authentic("3003", "secret", {}, b"[1")


# --- all


@pytest.mark.parametrize("name", sorted(PLATFORMS))
@pytest.mark.parametrize("payload", [{}, {"event_name": 5}, {"update_id": 1, "message": {"x": 1}}, {"message": None}])
def test_what_lacks_its_parts_is_malformed_or_nothing(name: str, payload: dict[str, Any]) -> None:
    with contextlib.suppress(Malformed):
        assert platform(name).parse("acc", payload) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
SAMPLES = {
    "zalo": [IMAGE],
    "telegram": [telegram(text="a"), telegram(contact={"phone_number": "1", "first_name": "L"})],
    "zalo_oa": [oa("user_send_text", message={"msg_id": "1", "text": "a"}), oa("user_submit_info", info={"phone": "1"})],
}


@given(st.data())
def test_any_part_may_be_anything(data: st.DataObject) -> None:
    """Every payload gives events or is malformed; nothing else ever leaves the parser."""
    name = data.draw(st.sampled_from(sorted(SAMPLES)))
    payload = json.loads(json.dumps(data.draw(st.sampled_from(SAMPLES[name]))))
    holder = payload
    while True:
        key = data.draw(st.sampled_from(sorted(holder)))
        if isinstance(holder[key], dict) and holder[key] and data.draw(st.booleans()):
            holder = holder[key]
            continue
        holder[key] = data.draw(json_values)
        break
    try:
        events = platform(name).parse("acc", payload)
    except Malformed:
        return
    assert all(isinstance(event, IncomingMessage | Receipt | Reachable) for event in events)
