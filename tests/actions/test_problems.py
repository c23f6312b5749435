"""Two problems in one message: where a message is cut, and when its parts are two matters."""

import pytest

from actions.problems import Problem, parts_of, problems_in
from actions.turn import Said

FIELDS = {"đèn": "street_light", "rác": "waste", "mùi": "pollution", "cống": "drainage_flooding", "loa": "noise"}


def parse(text: str) -> Said:
    """A parser that knows five words."""
    field = next((field for word, field in FIELDS.items() if word in text.lower()), None)
    intent, sure = ("report", 0.95) if field else ("thank", 0.4)
    return Said(intent, sure, text, {}, {"category": ((field or "other", sure),)}, (), 0)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Đèn ngõ 5 hỏng cả tuần và rác chất đống đầu ngõ", ["Đèn ngõ 5 hỏng cả tuần", "rác chất đống đầu ngõ"]),
        ("Đèn hỏng rồi em. Ngoài ra rác không ai thu", ["Đèn hỏng rồi em", "rác không ai thu"]),
        ("đèn đường tắt còn loa phường mở to quá", ["đèn đường tắt", "loa phường mở to quá"]),
        ("cống tắc ở p. Thanh Bình, TP. Hải Dương", ["cống tắc ở p. Thanh Bình, TP. Hải Dương"]),
        ("hỏng đèn và cống", ["hỏng đèn và cống"]),
        ("đèn hỏng cả ngõ\nrác đầy cả ngõ", ["đèn hỏng cả ngõ", "rác đầy cả ngõ"]),
        ("", []),
    ],
)
def test_where_a_message_is_cut(text: str, parts: list[str]) -> None:
    assert list(parts_of(text)) == parts


def test_two_problems_of_two_fields() -> None:
    got = problems_in("Em chào anh chị ạ. Đèn ngõ 5 hỏng cả tuần và rác chất đống đầu ngõ. Mong sớm xem giúp", parse)
    assert got == [
        Problem("Em chào anh chị ạ. Đèn ngõ 5 hỏng cả tuần", "street_light"),
        Problem("rác chất đống đầu ngõ. Mong sớm xem giúp", "waste"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Đèn ngõ 5 hỏng cả tuần và đèn ngõ 7 cũng hỏng",  # one field
        "Rác chất đống cả tuần và mùi hôi không chịu nổi",  # one leads to the other
        "Đèn ngõ 5 hỏng cả tuần, tối om",
        "Đèn hỏng cả tuần. Rác chất đống đầu ngõ. Cống tắc ba ngày. Loa mở to cả đêm",  # a petition
        "Đèn ngõ 5 hỏng cả tuần và " + "rác chất đống đầu ngõ " * 100,
    ],
)
def test_one_matter(text: str) -> None:
    assert problems_in(text, parse) == []


def test_without_a_parser_it_is_one_matter() -> None:
    assert problems_in("Đèn ngõ 5 hỏng cả tuần và rác chất đống đầu ngõ", lambda text: None) == []
