"""Choices in numbers and words, texts in parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.channels.contract import ASK_LOCATION, Button, Capabilities, OutgoingMessage
from api.channels.render import as_plain_text, chosen, parts, pieces
from api.channels.words import words
from api.core.text import utf16_len
from tests.fakes.bot import ARTICLE, TICKET, rating

BUTTONS = (Button("Đúng rồi", "/affirm"), Button("Sửa lại", "/correct"), Button("Hủy", "/cancel"))


@pytest.mark.parametrize(
    ("typed", "payload"),
    [
        ("2", "/correct"),
        ("hai", "/correct"),
        ("số 2", "/correct"),
        ("Chọn 1.", "/affirm"),
        ("đúng rồi", "/affirm"),
        ("huy", "/cancel"),
        ("3)", "/cancel"),
    ],
)
def test_a_typed_choice_counts(typed: str, payload: str) -> None:
    found = chosen(typed, BUTTONS)
    assert found is not None
    assert found.payload == payload


@pytest.mark.parametrize("typed", ["4", "0", "", "22", "ổ gà", "số 2 đường Thanh Niên", "²"])
def test_other_words_are_no_choice(typed: str) -> None:
    assert chosen(typed, BUTTONS) is None


def test_choices_are_numbered_below_the_text() -> None:
    assert as_plain_text(OutgoingMessage("Gửi nhé?", BUTTONS[:2])) == "Gửi nhé?\n1. Đúng rồi\n2. Sửa lại"
    assert as_plain_text(OutgoingMessage("Dạ.")) == "Dạ."


@given(st.text(min_size=0, max_size=400), st.integers(2, 60))
def test_parts_fit_and_lose_no_word(text: str, limit: int) -> None:
    got = list(parts(text, limit))
    assert all(0 < utf16_len(part) <= limit for part in got)
    assert "".join("".join(got).split()) == "".join(text.split())


def test_parts_end_at_sentences() -> None:
    assert list(parts("Một câu. Hai câu. Ba câu.", 18)) == ["Một câu. Hai câu.", "Ba câu."]


def test_a_card_is_said_in_words_where_none_is_shown() -> None:
    can = Capabilities(buttons=False, location_request=False, images=True, cards=False, text_limit=2000)
    [piece] = pieces(OutgoingMessage("", card=TICKET), can)
    assert piece.text == (
        "Phản ánh HD-26-000123: Đèn đường hỏng ở ngõ 12 Nguyễn Lương Bằng\nTình trạng: Đang xử lý\n"
        "Đơn vị xử lý: Xí nghiệp Chiếu sáng\nHạn trả lời: 16:30 thứ Tư 25/11"
    )
    [piece] = pieces(OutgoingMessage("", card=ARTICLE), can)
    assert piece.text.startswith("Đăng ký khai sinh\n• Giấy tờ: Giấy chứng sinh")
    assert "/bai-viet/birth_registration" in piece.text
    assert [p.text for p in pieces(OutgoingMessage("Đã xong.", card=TICKET), can)] == ["Đã xong."]


def test_what_a_phone_cannot_be_asked_takes_no_number() -> None:
    can = Capabilities(buttons=False, location_request=False, images=True, cards=False, text_limit=2000)
    message = OutgoingMessage("Ở đâu ạ?", (Button("Gửi vị trí", ASK_LOCATION), Button("Bỏ qua", "/skip")))
    assert [p.text for p in pieces(message, can)] == ["Ở đâu ạ?\n1. Bỏ qua"]


def test_too_many_choices_for_the_platform_are_numbered() -> None:
    can = Capabilities(buttons=True, location_request=False, images=True, cards=False, text_limit=2000, max_buttons=5)
    [piece] = pieces(rating(), can)
    assert piece.buttons == ()
    assert piece.text.endswith("6. Chưa xong")
    [piece] = pieces(OutgoingMessage("", BUTTONS), can)
    assert (piece.text, piece.buttons) == (words()["choose"], BUTTONS)
