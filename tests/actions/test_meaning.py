"""Which of two meanings; which earlier ticket; what is a name."""

from datetime import date

import pytest

from actions.earlier import Past, meant, refers_back
from actions.meaning import two_meanings, vague_meanings
from actions.turn import Said
from actions.words import has, name_in, readable

TODAY = date(2026, 11, 23)
LIGHT = Past("HD-26-000003", date(2026, 11, 20), "street_light", "10532")
WASTE = Past("HD-26-000002", date(2026, 11, 22), "waste", "10532")
OLD = Past("HD-26-000001", date(2026, 11, 1), "street_light", "10525")
PAST = [WASTE, LIGHT, OLD]


def said(text: str = "xe rác", **likely: float) -> Said:
    intent = max(likely, key=lambda name: likely[name]) if likely else "nlu_fallback"
    return Said(intent, likely.get(intent, 0.0), text, {}, {}, (), 0, likely)


def test_close_meanings_are_asked() -> None:
    assert two_meanings(said(report=0.5, question=0.35)) == ("report", "question")
    assert two_meanings(said(report=0.3, suggestion=0.2, question=0.4)) == ("report", "question")


@pytest.mark.parametrize(
    "likely",
    [
        {"report": 0.9, "question": 0.1},  # clear
        {"report": 0.6, "question": 0.22},  # clear enough
        {"report": 0.5, "suggestion": 0.45},  # both open a ticket
        {"out_of_scope": 0.9, "report": 0.3, "question": 0.25},  # something else
        {},
    ],
)
def test_clear_meanings_are_not(likely: dict[str, float]) -> None:
    assert two_meanings(said(**likely)) is None


def test_a_pressed_button_means_what_it_says() -> None:
    assert two_meanings(said("/status", report=0.5, question=0.35)) is None


def test_where_nothing_was_understood_a_hint_is_enough() -> None:
    assert vague_meanings(said(report=0.25, question=0.1, greet=0.12)) == ("report", "question")


@pytest.mark.parametrize(
    ("text", "category", "unit", "number"),
    [
        ("như hôm qua", None, None, WASTE.number),
        ("lại thế rồi", None, None, WASTE.number),  # the latest
        ("đèn lại hỏng như lần trước", "street_light", None, LIGHT.number),
        ("đèn lại hỏng như hôm qua", "street_light", None, LIGHT.number),  # nothing then: the latest of its field
        ("vẫn cái đèn tuần trước", "street_light", None, LIGHT.number),
        ("vẫn cái đèn tháng trước", "street_light", None, OLD.number),
        ("đèn lại hỏng", "street_light", "10525", OLD.number),
        ("đèn lại hỏng", "street_light", "99999", None),
        ("loa lại mở to", "noise", None, None),
        ("như hôm kia", None, None, None),
    ],
)
def test_the_ticket_that_is_meant(text: str, category: str | None, unit: str | None, number: str | None) -> None:
    found = meant(text, category, unit, PAST, TODAY)
    assert (found.number if found else None) == number


def test_what_refers_back() -> None:
    assert refers_back(said("đèn đường lại hỏng như hôm qua"))
    assert refers_back(said("den duong lai hong nhu hqua"))
    assert not refers_back(said("đèn đường hỏng từ hôm qua"))
    assert not refers_back(said("/same_matter"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("em là Lan 0912.345.678 nhé", "Lan"),
        ("Bà Mai 0911 222 333", "Bà Mai"),
        ("Trần Văn Minh, sđt 0911222333", "Trần Văn Minh"),
        ("Nguyễn Thị Ngọc Ánh", "Nguyễn Thị Ngọc Ánh"),
        ("0911222333", None),
        ("số của tôi là 0911222333", None),
        ("lalala", None),
        ("hai", None),
        ("cống tắc ở đầu ngõ hai tuần rồi", None),
    ],
)
def test_names(text: str, name: str | None) -> None:
    assert name_in(text) == name


def test_whole_words_only() -> None:
    assert has("Sai địa chỉ rồi!", ["dia chi"])
    assert not has("đèn hỏng", ["hon"])
    assert readable("den duong tat")
    assert not readable("😡😡")
