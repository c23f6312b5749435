"""What a message adds to a report: no Rasa, no database."""

from typing import Any

import pytest

from actions.filling import fill, from_first_words
from actions.places import Helpers
from actions.turn import Said, said_of
from api.places.resolve import Resolution

KNOWN = {
    "phường Thanh Bình": Resolution("10532", ("10532",), "thanh binh", reason="former"),
    "ngõ 12 Nguyễn Lương Bằng phường Thanh Bình": Resolution("10532", ("10532",), "thanh binh", reason="former"),
    "thị trấn Gia Lộc": Resolution(None, ("10999", "11020"), "gia loc", reason="split"),
    "xã Gia Phúc": Resolution("11020", ("11020",), "gia phuc", reason="exact"),
    "huyện Nam Sách": Resolution(None, tuple(map(str, range(12))), reason="district_only"),
}
HELPERS = Helpers(resolve=lambda words: KNOWN.get(words, Resolution(None)), units_at=lambda lat, lon: ("10525",))


def said(text: str = "", intent: str = "report", **more: Any) -> Said:
    entities = {kind: (value,) if isinstance(value, str) else tuple(value) for kind, value in more.pop("entities", {}).items()}
    category = more.pop("category", ())
    values = {"confidence": 0.9, "media_ids": (), "message_id": 7} | more
    return Said(intent=intent, text=text, entities=entities, rankings={"category": category, "procedure": ()}, **values)


def test_the_first_sentence_is_never_asked_again() -> None:
    text = "Đèn đường ngõ 12 Nguyễn Lương Bằng phường Thanh Bình hỏng 3 hôm rồi"
    got = from_first_words(
        said(text, entities={"location": "ngõ 12 Nguyễn Lương Bằng phường Thanh Bình"}, category=(("street_light", 0.93),)),
        HELPERS,
    )
    assert (got["description"], got["category"], got["unit_code"]) == (text, "street_light", "10532")
    assert got["place"] == "ngõ 12 Nguyễn Lương Bằng phường Thanh Bình"


def test_an_unsure_category_is_asked_with_the_likeliest() -> None:
    got = from_first_words(
        said("hỏng rồi", category=(("waste", 0.3), ("street_light", 0.25), ("noise", 0.2), ("land", 0.1))), HELPERS
    )
    assert "category" not in got
    assert got["category_options"] == ["waste", "street_light", "noise"]


def test_a_split_old_name_is_asked_back_and_settled() -> None:
    slots = {"place": None}
    asked = fill("place", slots, said("thị trấn Gia Lộc", "inform_location"), HELPERS)
    assert asked is not None
    assert asked["place_options"] == ["10999", "11020"]
    assert asked["place"] is None
    by_button = fill("place", asked, said("/choose_place", "choose_place", entities={"unit": "11020"}), HELPERS)
    assert by_button is not None
    assert (by_button["place"], by_button["unit_code"]) == ("thị trấn Gia Lộc", "11020")
    by_words = fill("place", asked, said("xã Gia Phúc", "inform_location"), HELPERS)
    assert by_words is not None
    assert by_words["unit_code"] == "11020"


def test_a_whole_district_goes_to_the_dispatcher_in_words() -> None:
    got = fill("place", {}, said("huyện Nam Sách", "inform_location"), HELPERS)
    assert got is not None
    assert (got["place"], got["unit_code"]) == ("huyện Nam Sách", None)


def test_an_unknown_place_is_kept_as_text() -> None:
    got = fill("place", {}, said("chỗ cây đa đầu làng", "inform_location"), HELPERS)
    assert got is not None
    assert (got["place"], got["unit_code"]) == ("chỗ cây đa đầu làng", None)


def test_a_pin_answers_where() -> None:
    got = fill("place", {}, said("/send_location", "send_location", entities={"lat": "20.94", "lon": "106.33"}), HELPERS)
    assert got is not None
    assert (got["lat"], got["lon"], got["unit_code"], got["place"]) == (20.94, 106.33, "10525", "20.94000, 106.33000")


def test_a_pin_near_a_border_is_asked_about() -> None:
    near = Helpers(HELPERS.resolve, lambda lat, lon: ("10507", "10532"))
    pin = said("/send_location", "send_location", entities={"lat": "20.94", "lon": "106.33"})
    got = fill("place", {}, pin, near)
    assert got is not None
    assert (got["place"], got["unit_code"], got["place_options"]) == (None, None, ["10507", "10532"])
    chosen = fill("place", got, said("/choose_place", "choose_place", entities={"unit": "10532"}), near)
    assert chosen is not None
    assert (chosen["place"], chosen["unit_code"]) == ("20.94000, 106.33000", "10532")


def test_a_pin_decides_between_the_halves_of_a_split_ward() -> None:
    near = Helpers(HELPERS.resolve, lambda lat, lon: ("10507", "10532"))
    slots = {"place_text": "phường Trần Phú", "place_options": ["10532", "10537"]}
    got = fill("place", slots, said("/send_location", "send_location", entities={"lat": "20.94", "lon": "106.33"}), near)
    assert got is not None
    assert (got["place"], got["unit_code"], got["place_options"]) == ("phường Trần Phú", "10532", None)


def test_photos_are_taken_at_any_time_and_once() -> None:
    got = fill("photos_done", {"photos": ["a"]}, said("/send_photo", "send_photo", media_ids=("a", "b")), HELPERS)
    assert got is not None
    assert (got["photos"], got["photos_done"]) == (["a", "b"], "yes")
    early = fill("place", {}, said("/send_photo", "send_photo", media_ids=("c",)), HELPERS)
    assert early is not None
    assert early["photos"] == ["c"]


@pytest.mark.parametrize("word", ["không", "ko", "Không"])
def test_no_photo_no_contact(word: str) -> None:
    assert fill("photos_done", {}, said(word, "nlu_fallback"), HELPERS) == {"photos_done": "no"}
    assert fill("contact_done", {}, said(word, "nlu_fallback"), HELPERS) == {"contact_done": "no"}


def test_contact_by_entities_or_by_a_bare_name() -> None:
    got = fill(
        "contact_done",
        {},
        said("em là Lan 0912.345.678", "inform_contact", entities={"person": "Lan", "phone": "0912.345.678"}),
        HELPERS,
    )
    assert got == {"contact_phone": "0912345678", "contact_done": "yes", "contact_name": "Lan"}
    assert fill("contact_done", {}, said("Nguyễn Thị Lan", "nlu_fallback"), HELPERS) == {
        "contact_done": "yes",
        "contact_name": "Nguyễn Thị Lan",
    }


@pytest.mark.parametrize("intent", ["question", "status", "human", "thank", "cancel", "denunciation", "emergency"])
def test_other_topics_are_no_answer(intent: str) -> None:
    assert fill("photos_done", {}, said("làm khai sinh cần gì", intent), HELPERS) is None


def test_a_denunciation_is_no_description() -> None:
    assert fill("description", {}, said("ông chủ tịch nhận hối lộ", "denunciation"), HELPERS) is None


def test_correction_with_the_new_value() -> None:
    got = fill(
        "confirmed",
        {"place": "x"},
        said("sai rồi, phường Thanh Bình", "correct", entities={"location": "phường Thanh Bình"}),
        HELPERS,
    )
    assert got is not None
    assert (got["place"], got["unit_code"]) == ("phường Thanh Bình", "10532")


def test_correction_names_what_to_ask_again() -> None:
    got = fill("confirmed", {"contact_phone": "1"}, said("sửa số điện thoại", "correct"), HELPERS)
    assert got is not None
    assert got["contact_done"] is None
    assert got["contact_phone"] is None


def test_correction_without_a_hint() -> None:
    assert fill("confirmed", {}, said("/correct", "correct"), HELPERS) == {"fix": "ask"}
    got = fill("photos_done", {}, said("sai rồi", "correct"), HELPERS)
    assert got is not None
    assert got["place"] is None


def test_the_fix_button_reopens_one_thing() -> None:
    got = fill("confirmed", {"category": "waste"}, said("/fix", "fix", entities={"slot": "category"}), HELPERS)
    # the likeliest fields of the first message stay at hand for the question
    assert got == {"category": None, "fix": None, "split": "no", "problems": None}


def test_confirming() -> None:
    assert fill("confirmed", {}, said("/affirm", "affirm"), HELPERS) == {"confirmed": "yes", "fix": None}
    assert fill("confirmed", {}, said("không", "deny"), HELPERS) == {"fix": "ask"}


def test_category_by_button_words_or_refusal() -> None:
    options = {"category_options": ["waste", "noise"]}
    assert fill("category", options, said("/x", "choose_category", entities={"category": "noise"}), HELPERS) == {
        "category": "noise"
    }
    assert fill("category", options, said("/x", "choose_category", entities={"category": "drop table"}), HELPERS) is None
    assert fill("category", options, said("không", "deny"), HELPERS) == {"category": "other"}
    assert fill("category", options, said("rác", "report", category=(("waste", 0.8),)), HELPERS) == {"category": "waste"}


def test_rasas_message_is_read() -> None:
    got = said_of(
        {
            "text": "Đèn hỏng",
            "intent": {"name": "report", "confidence": 0.8},
            "entities": [{"entity": "location", "value": "B", "start": 9}, {"entity": "location", "value": "A", "start": 2}],
            "category_ranking": [{"name": "street_light", "confidence": 0.7}],
            "metadata": {"message_id": 12, "media_ids": ["m"]},
        }
    )
    assert got.entities["location"] == ("A", "B")
    assert got.rankings["category"] == (("street_light", 0.7),)
    assert (got.message_id, got.media_ids) == (12, ("m",))
    assert said_of({}).intent == "nlu_fallback"


def test_more_words_in_the_middle_belong_to_the_report() -> None:
    for asked in ("photos_done", "contact_done", "confirmed"):
        got = fill(asked, {"description": "Rác đầy đường"}, said("cống cũng tắc, nước tràn ra cả đường"), HELPERS)
        assert got == {"description": "Rác đầy đường\ncống cũng tắc, nước tràn ra cả đường", "fix": None}


def test_a_second_problem_in_the_middle_is_asked_about() -> None:
    slots = {"description": "Rác đầy ngõ 5", "category": "waste", "split": "no"}
    light = said("đèn đường ngõ đó cũng tắt ngấm", category=(("street_light", 0.95),))
    got = fill("photos_done", slots, light, HELPERS)
    assert got is not None
    assert got["split"] is None
    assert [p["category"] for p in got["problems"]] == ["waste", "street_light"]
    # what the first thing leads to is the same matter
    smell = said("mùi hôi thối bốc lên không chịu nổi", category=(("pollution", 0.95),))
    got = fill("photos_done", slots, smell, HELPERS)
    assert got == {"description": "Rác đầy ngõ 5\nmùi hôi thối bốc lên không chịu nổi", "fix": None}


def test_apart_or_together() -> None:
    slots = {"problems": [{"description": "a", "category": "waste"}, {"description": "b", "category": "noise"}]}
    assert fill("split", slots, said("/affirm", "affirm"), HELPERS) == {"split": "yes", "category": "waste"}
    assert fill("split", slots, said("tách ra em", "nlu_fallback"), HELPERS) == {"split": "yes", "category": "waste"}
    for word, intent in (("/deny", "deny"), ("gửi chung một cái thôi", "affirm-not")):
        assert fill("split", slots, said(word, intent), HELPERS) == {"split": "no", "problems": None}
    assert fill("split", slots, said("là sao", "repeat"), HELPERS) is None


def test_in_a_hurry_only_what_must_be_known_is_asked() -> None:
    now = said("gửi luôn đi, hỏi lắm thế", "send_now")
    assert fill("photos_done", {"split": "no"}, now, HELPERS) == {"photos_done": "no", "contact_done": "no"}
    assert fill("place", {"split": "no"}, now, HELPERS) == {"photos_done": "no", "contact_done": "no"}
    settled = {"split": "no", "photos_done": "no", "contact_done": "no"}
    assert fill("place", settled, now, HELPERS) == {"place": "không rõ"}
    assert fill("confirmed", settled, now, HELPERS) == {"confirmed": "yes", "fix": None}


@pytest.mark.parametrize(
    ("text", "intent"), [("đèn", "report"), ("asdfgh", "nlu_fallback"), ("xổ số hôm nay", "out_of_scope"), ("ok", "affirm")]
)
def test_what_is_no_place_is_not_taken_for_one(text: str, intent: str) -> None:
    got = fill("place", {"description": "Đèn hỏng", "category": "street_light"}, said(text, intent), HELPERS)
    assert got is None or "place" not in got


@pytest.mark.parametrize(("text", "intent"), [("ok", "affirm"), ("hai", "nlu_fallback"), ("asdf", "out_of_scope")])
def test_what_is_no_name_is_not_taken_for_one(text: str, intent: str) -> None:
    got = fill("contact_done", {"description": "x", "category": "waste"}, said(text, intent), HELPERS)
    assert got is None or "contact_name" not in got


def test_a_name_beside_a_number_that_the_model_overlooked() -> None:
    message = said("Bà Mai 0911 222 333", "inform_contact", entities={"phone": "0911 222 333"})
    got = fill("contact_done", {}, message, HELPERS)
    assert got == {"contact_phone": "0911222333", "contact_done": "yes", "contact_name": "Bà Mai"}


def test_a_number_given_with_the_first_words_is_not_asked_again() -> None:
    got = from_first_words(said("Cống tắc, gọi tôi 0911222333", entities={"phone": "0911222333"}), HELPERS)
    assert (got["contact_phone"], got["contact_done"]) == ("0911222333", "yes")


def test_the_same_street_with_another_number_stays_in_its_ward() -> None:
    slots = {
        "place": "ngõ 12 Tân Kim phường Thanh Bình",
        "place_text": "ngõ 12 Tân Kim phường Thanh Bình",
        "unit_code": "10532",
    }
    message = said("sai rồi, ngõ 15 Tân Kim", "correct", entities={"location": "ngõ 15 Tân Kim"})
    got = fill("confirmed", slots, message, HELPERS)
    assert got is not None
    assert (got["place"], got["unit_code"]) == ("ngõ 15 Tân Kim", "10532")


def test_a_correction_in_words_changes_the_field() -> None:
    drains = said("cống", category=(("drainage_flooding", 0.9),))
    heard: list[str] = []

    def parse(text: str) -> Said:
        heard.append(text.strip())
        return drains

    helpers = Helpers(HELPERS.resolve, HELPERS.units_at, parse)
    slots = {"description": "Đèn hỏng", "category": "street_light"}
    got = fill("confirmed", slots, said("không phải đèn mà là cống tắc", "correct"), helpers)
    assert got is not None
    assert heard == ["là cống tắc"]
    assert (got["category"], got["description"]) == ("drainage_flooding", "Đèn hỏng\nkhông phải đèn mà là cống tắc")


def test_a_new_text_after_a_colon_is_the_text() -> None:
    got = fill("confirmed", {"description": "x"}, said("sửa nội dung: cột điện bị nghiêng", "correct"), HELPERS)
    assert got == {"description": "cột điện bị nghiêng", "problems": None, "fix": None}


def test_a_part_named_at_the_summary_is_asked_again() -> None:
    got = fill("confirmed", {"place": "x"}, said("địa chỉ", "nlu_fallback"), HELPERS)
    assert got is not None
    assert (got["place"], got["place_options"]) == (None, None)


def test_something_added_at_the_summary() -> None:
    got = fill("confirmed", {"description": "Cột đổ"}, said("bổ sung thêm là có cả dây điện", "correct"), HELPERS)
    assert got == {"description": "Cột đổ\nbổ sung thêm là có cả dây điện", "fix": None}


def test_an_announcement_is_asked_what_it_is() -> None:
    assert "description" not in from_first_words(said("Tôi muốn phản ánh một việc ạ"), HELPERS)
    assert fill("description", {}, said("cho em gửi phản ánh với", "report"), HELPERS) is None


def test_a_yes_that_goes_on_is_the_report() -> None:
    pole = said("vâng, cột điện trước nhà tôi sắp đổ", "affirm", category=(("electricity", 0.97),))
    got = fill("description", {}, pole, HELPERS)
    assert got is not None
    assert (got["description"], got["category"]) == (pole.text, "electricity")
    assert fill("description", {}, said("vâng đúng rồi", "affirm", category=(("electricity", 0.97),)), HELPERS) is None


def test_half_a_number_is_no_number() -> None:
    got = fill("contact_done", {"description": "x"}, said("0912", "inform_contact", entities={"phone": "0912"}), HELPERS)
    assert got is None
