"""One contract over every platform and its fake: what a citizen sends arrives once, what is said reaches him in order."""

from collections.abc import Callable
from typing import Any

import pytest

from api.channels.contract import Address, Button, Failure, OutgoingMessage, Piece, SendFailure
from api.channels.registry import PLATFORMS, platform
from api.channels.render import pieces
from api.conversations.models import OutStatus
from api.core.errors import OutsideFailure
from tests.channels.conftest import Street
from tests.fakes.control import Control, until

EACH = pytest.mark.parametrize("name", sorted(PLATFORMS))
Connected = Callable[..., Street]
CHOICES = (Button("Đúng rồi", "/affirm"), Button("Sửa lại", "/correct"))


def replies(street: Street, user: str, count: int) -> list[dict[str, Any]]:
    heard = until(lambda: found if len(found := street.control.heard(user)) >= count else [])
    until(lambda: all(m.status == OutStatus.SENT for m in street.messages(user, "out")))
    return heard


@EACH
def test_a_word_goes_in_and_an_answer_comes_out(street: Connected, name: str, user: str) -> None:
    there = street(name)
    there.control.say(user, "Đèn đường ngõ 12 hỏng 😀", name="Lan")
    assert [line["text"] for line in replies(there, user, 1)] == ["Em nghe: Đèn đường ngõ 12 hỏng 😀"]
    [got, sent] = there.messages(user)
    assert (got.kind, got.text, got.status) == ("text", "Đèn đường ngõ 12 hỏng 😀", "done")
    assert got.raw
    assert sent.external_id == there.control.heard(user)[0]["id"]


@EACH
def test_a_photo_arrives_as_our_own_file(street: Connected, name: str, user: str) -> None:
    there = street(name)
    there.control.say(user, "cột điện đổ", kind="image")
    replies(there, user, 1)
    [got] = there.messages(user, "in")
    assert got.kind == "image"
    assert got.text == "cột điện đổ"
    assert len(got.media_ids) == 1
    assert there.bot.metadata[0]["media_ids"] == got.media_ids


@EACH
def test_an_expired_photo_is_asked_for_again(street: Connected, name: str, user: str) -> None:
    there = street(name)
    there.control.say(user, kind="image", expired=True)
    assert "gửi lại ảnh" in replies(there, user, 1)[0]["text"]
    assert there.bot.heard == []


@EACH
def test_a_photo_larger_than_the_platform_gives_out_is_declined(street: Connected, name: str, user: str) -> None:
    there = street(name)
    there.control.say(user, kind="image", oversize=True)
    assert "lớn quá" in replies(there, user, 1)[0]["text"]
    assert there.bot.heard == []


@EACH
def test_a_voice_message_is_answered_politely(street: Connected, name: str, user: str) -> None:
    there = street(name)
    there.control.say(user, kind="voice")
    assert "chưa nghe được" in replies(there, user, 1)[0]["text"]
    assert there.bot.heard == []


@EACH
@pytest.mark.parametrize("kind", ["sticker", "unsupported"])
def test_what_nobody_can_read_is_said_to_the_bot(street: Connected, name: str, user: str, kind: str) -> None:
    there = street(name)
    there.control.say(user, "", kind=kind)
    replies(there, user, 1)
    assert len(there.bot.heard) == 1


@EACH
def test_choices_can_be_chosen(street: Connected, name: str, user: str) -> None:
    there = street(name)
    there.bot.answers = {"xin chào": OutgoingMessage("Gửi nhé?", CHOICES)}
    there.control.say(user, "xin chào")
    offer = replies(there, user, 1)[0]
    if platform(name).capabilities.buttons:
        assert offer["text"] == "Gửi nhé?"
        assert len(offer["buttons"]) == 2
        there.control.say(user, press=1)
    else:
        assert offer["text"] == "Gửi nhé?\n1. Đúng rồi\n2. Sửa lại"
        there.control.say(user, "hai")
    replies(there, user, 2)
    assert there.bot.heard == ["xin chào", "/correct"]


@EACH
def test_a_long_text_comes_in_parts_in_order(street: Connected, name: str, user: str) -> None:
    there = street(name)
    sentence = "Dạ em xin nói rõ từng điều một để anh/chị nắm được. "
    there.bot.answers = {"dài": OutgoingMessage(sentence * 130, CHOICES)}
    there.control.say(user, "dài")
    limit = platform(name).capabilities.text_limit
    heard = replies(there, user, len(list(pieces(there.bot.answers["dài"], platform(name).capabilities))))  # type: ignore[arg-type]
    assert len(heard) > 1
    assert all(len(line["text"]) <= limit for line in heard)
    assert " ".join(line["text"] for line in heard).startswith((sentence * 130).strip())


@EACH
def test_our_photo_reaches_the_citizen(street: Connected, name: str, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    there = street(name)
    monkeypatch.setattr("api.core.settings.Settings.public_address", there.url.split("/hooks")[0])
    there.control.say(user, "ảnh đây", kind="image")
    replies(there, user, 1)
    [got] = there.messages(user, "in")
    there.bot.answers = {"cho xem": OutgoingMessage("Đã sửa xong ạ.", media_ids=tuple(got.media_ids))}
    there.control.say(user, "cho xem")
    heard = replies(there, user, 3)
    assert heard[1]["text"] == "Đã sửa xong ạ."
    assert heard[2]["photo"]


@EACH
def test_a_citizens_words_are_never_markup(street: Connected, name: str, user: str) -> None:
    there = street(name)
    words = "<b>*to*</b> _gạch_ [x](http://a.vn) {red}đỏ{/red} &amp;"
    there.control.say(user, words)
    assert replies(there, user, 1)[0]["text"] == f"Em nghe: {words}"


@EACH
def test_the_same_event_twice_is_one_message(street: Connected, name: str, user: str) -> None:
    there = street(name)
    there.control.faults(inbound={"duplicate": 1.0})
    for text in ("một", "hai", "ba"):
        there.control.say(user, text)
    replies(there, user, 3)
    until(lambda: there.control.log()["pending"] == 0)
    assert there.bot.heard == ["một", "hai", "ba"]
    assert len(there.control.log()["deliveries"]) == 6
    assert len(there.messages(user)) == 6


@EACH
def test_strange_events_are_kept_and_answered_200(street: Connected, name: str, user: str) -> None:
    there = street(name)
    there.control.faults(inbound={"unknown": 1.0})
    there.control.say(user, "một")
    replies(there, user, 1)
    assert [d["status"] for d in there.control.log()["deliveries"]] == [200, 200]
    assert [e.reason for e in there.events()] == ["ignored"]


@EACH
def test_who_we_are(connect: Connected, name: str) -> None:
    account = connect(name).account
    assert platform(name).check(account)[0] == account.account


@EACH
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("500", Failure.PASSING),
        ("502", Failure.PASSING),
        ("408", Failure.PASSING),
        ("504", Failure.UNKNOWN),
        ("reset_after", Failure.UNKNOWN),
        ("reset", Failure.UNKNOWN),
        ("garbage", Failure.UNKNOWN),
    ],
)
def test_what_a_fault_means(connect: Connected, name: str, user: str, fault: str, kind: Failure) -> None:
    there = connect(name)
    there.control.say(user, "chào")
    there.control.faults(fault)
    with pytest.raises(SendFailure) as raised:
        _send(there, user)
    assert raised.value.kind == kind


@EACH
def test_a_wrong_token_is_the_accounts_trouble(connect: Connected, name: str, user: str) -> None:
    there = connect(name)
    bad = there.account.secrets | {"token": "9:wrong", "access_token": "wrong", "refresh_token": "wrong"}
    wrong = type(there.account)(name, there.account.account, there.account.settings, bad)
    with pytest.raises(OutsideFailure) as raised:
        platform(name).check(wrong)
    assert getattr(raised.value, "kind", None) == Failure.ACCOUNT


@EACH
def test_nobody_listens_there(fakes: str, name: str, user: str) -> None:
    account = Control("http://127.0.0.1:9", name, None).account()  # type: ignore[arg-type]
    with pytest.raises(SendFailure) as raised:
        platform(name).send(Address(name, account.account, user), Piece("chào"), key="1", account=account)
    assert raised.value.kind == Failure.PASSING


def _send(there: Street, user: str) -> None:
    to = Address(there.account.channel, there.account.account, user)
    platform(there.account.channel).send(to, Piece("chào"), key="1", account=there.account)
