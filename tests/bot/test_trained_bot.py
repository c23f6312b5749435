"""The bot as it is trained from this repository understands what people type, with and without diacritics."""

from pathlib import Path
from typing import Any

import pytest

from api.core.text import fold
from bot.nlu.parse import Engine, parse_lines

MODEL = Path(__file__).parents[2] / "bot" / "models" / "langnghe.tar.gz"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(MODEL)


SAID = [
    ("Xin chào em", "greet"),
    ("Đèn đường ngõ 12 Nguyễn Lương Bằng phường Thanh Bình hỏng 3 hôm rồi", "report"),
    ("làm giấy khai sinh cho con cần giấy tờ gì", "question"),
    ("phản ánh HD-26-000123 của tôi đến đâu rồi", "status"),
    ("cháy nhà ở chợ Hội Đô, cứu với", "emergency"),
    ("cho tôi gặp cán bộ", "human"),
    ("tôi tố cáo ông chủ tịch xã nhận hối lộ 50 triệu", "denunciation"),
    ("giá vàng hôm nay bao nhiêu", "out_of_scope"),
]


@pytest.mark.parametrize(("text", "intent"), SAID)
def test_understood_with_and_without_diacritics(engine: Engine, text: str, intent: str) -> None:
    assert engine.parse(text)["intent"]["name"] == intent
    assert engine.parse(fold(text))["intent"]["name"] == intent


def entities(parsed: dict[str, Any], kind: str) -> list[str]:
    return [parsed["text"][e["start"] : e["end"]] for e in parsed["entities"] if e["entity"] == kind]


def test_field_place_and_number_are_found(engine: Engine) -> None:
    light = engine.parse("Đèn đường ngõ 12 Nguyễn Lương Bằng phường Thanh Bình hỏng 3 hôm rồi")
    assert light["category"]["name"] == "street_light"
    assert entities(light, "location") == ["ngõ 12 Nguyễn Lương Bằng phường Thanh Bình"]
    assert entities(engine.parse("phản ánh HD-26-000123 của tôi"), "ticket_number") == ["HD-26-000123"]
    assert entities(engine.parse("gọi em số 0912.345.678 nhé"), "phone") == ["0912.345.678"]
    assert engine.parse("làm lại căn cước hết bao nhiêu tiền")["procedure"]["name"] == "id_card"


def test_probabilities_are_probabilities(engine: Engine) -> None:
    ranking = engine.parse("rác đầy đường không ai dọn")["intent_ranking"]
    confidences = [row["confidence"] for row in ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert 0 < sum(confidences) <= 1.001


def test_a_line_without_text_is_named_and_the_next_one_read(engine: Engine) -> None:
    answers = list(parse_lines(engine, ["{", '{"text": 1}', '{"text": "xin chào"}']))
    assert [a.get("line") for a in answers] == [1, 2, None]
    assert answers[2]["intent"]["name"] == "greet"


SIGNALS = [
    ("Dây điện đứt rơi xuống sân trường, học sinh chạy qua chạy lại", {"danger", "children"}),
    ("Cái ổ gà này tôi báo năm lần rồi, hẹn mãi chưa thấy sửa", {"waiting"}),
    ("Quá vô trách nhiệm, coi dân như cỏ rác!", {"anger"}),
    ("Bóng đèn số 5 trong ngõ chớp nháy, nhờ anh chị xem giúp", set()),
    ("Xe em chết máy đỗ nhờ trước chợ, mong các anh thông cảm", set()),
    ("Nam, 0987654321", set()),
    ("à mà làm khai sinh cho con cần giấy tờ gì", set()),
]


@pytest.mark.parametrize(("text", "borne"), SIGNALS)
def test_marks_of_urgency_with_and_without_diacritics(engine: Engine, text: str, borne: set[str]) -> None:
    for said in (text, fold(text)):
        found = {row["name"]: row["confidence"] for row in engine.parse(said)["signals"]}
        assert set(found) == {"danger", "children", "waiting", "anger"}
        assert {name for name, p in found.items() if p >= 0.5} == borne, (said, found)
