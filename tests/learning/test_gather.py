"""What the bot understood is kept beside each message; what was unsure, corrected or settled otherwise is marked."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api.conversations.models import Message
from api.core.settings import get_settings
from api.learning.gather import forget, gather, opening_message, settle
from api.learning.models import Understanding
from api.tickets import work
from api.tickets.open import open_ticket
from tests.cast import Cast, citizen, draft
from tests.learning.rasa import LIGHT, MUDDLED, SURE, TORN, Memory


def kept(db: Session, message: Message) -> Understanding:
    return db.get_one(Understanding, message.id, populate_existing=True)


def reasons(db: Session, message: Message) -> list[str]:
    return kept(db, message).reasons


def test_without_a_bot_there_is_nothing(db: Session, cast: Cast, now: datetime) -> None:
    assert gather(db, now) == 0


def test_everything_the_bot_understood_is_kept_once(db: Session, cast: Cast, memory: Memory, now: datetime) -> None:
    said = "Đèn đường ngõ 12 Nguyễn Lương Bằng hỏng"
    light = memory.hear(cast.lan, said, SURE, category=LIGHT, entities=[("location", "ngõ 12 Nguyễn Lương Bằng")])
    asked = memory.hear(cast.lan, "làm hộ chiếu ở đâu", [("question", 0.99)], procedure=[("passport", 0.97)])
    assert gather(db, now) == 2
    assert gather(db, now) == 0
    row = kept(db, light)
    assert (row.intent, row.message_type, row.confidence, row.category, row.category_confidence) == (
        "report", "report", 0.93, "street_light", 0.9,
    )  # fmt: skip
    assert (round(row.margin, 6), round(row.category_margin or 0, 6)) == (0.9, 0.85)
    assert (row.at, row.model_id, row.asked, row.reasons) == (now, "m1", None, [])
    assert row.spans == [["location", 10, 34]]
    assert row.rankings["intent"] == [[name, p] for name, p in SURE]
    assert (kept(db, asked).procedure, kept(db, asked).procedure_confidence) == ("passport", 0.97)


@pytest.mark.parametrize(
    ("intents", "category", "fallback", "expected"),
    [
        (SURE, LIGHT, False, []),
        (TORN, LIGHT, False, ["unsure_type"]),
        ([("report", 0.55), ("status", 0.1)], LIGHT, False, ["unsure_type"]),
        (SURE, MUDDLED, False, ["unsure_category"]),
        (TORN, MUDDLED, False, ["unsure_type", "unsure_category"]),
        # a question has no category to be unsure of
        ([("question", 0.9)], MUDDLED, False, []),
        (TORN, MUDDLED, True, ["fallback"]),
    ],
)
def test_what_is_unsure(
    db: Session,
    cast: Cast,
    memory: Memory,
    now: datetime,
    intents: list[tuple[str, float]],
    category: list[tuple[str, float]],
    fallback: bool,
    expected: list[str],
) -> None:
    message = memory.hear(cast.lan, "nước chảy tràn ra", intents, category=category, fallback=fallback)
    gather(db, now)
    assert reasons(db, message) == expected
    # behind the fallback stands what the bot would have guessed
    assert kept(db, message).message_type == intents[0][0]


def test_an_answer_to_a_question_of_the_bot_is_no_message_to_learn_from(
    db: Session, cast: Cast, memory: Memory, now: datetime
) -> None:
    memory.ask(cast.lan, "place")
    answer = memory.hear(cast.lan, "chỗ nhà bà Tám", TORN, fallback=True)
    memory.ask(cast.lan, None)
    other = memory.hear(cast.lan, "thế nào nhỉ", TORN, fallback=True)
    pressed = memory.hear(cast.lan, '/send_location{"lat": 1}', [("send_location", 1.0)])
    gather(db, now)
    assert (kept(db, answer).asked, reasons(db, answer)) == ("place", [])
    assert reasons(db, other) == ["fallback"]
    assert reasons(db, pressed) == []


def test_sai_roi_is_about_what_was_reported(db: Session, cast: Cast, memory: Memory, now: datetime) -> None:
    report = memory.hear(cast.lan, "Cống trước nhà tắc", SURE, category=LIGHT)
    memory.ask(cast.lan, "place", minutes=1)
    memory.hear(cast.lan, "chợ Hội Đô", SURE, minutes=1)
    memory.ask(cast.lan, "confirmed", minutes=2)
    memory.hear(cast.lan, "vâng ạ", [("affirm", 0.9)], minutes=2)
    gather(db, now)
    assert reasons(db, report) == []
    # the correction comes with a later look
    memory.hear(cast.lan, "sai rồi", [("correct", 0.9)], minutes=3)
    gather(db, now)
    assert reasons(db, report) == ["corrected"]


@pytest.mark.parametrize(("asked", "expected"), [("confirmed", ["corrected"]), ("contact", [])])
def test_no_to_the_summary_is_a_correction_too(
    db: Session, cast: Cast, memory: Memory, now: datetime, asked: str, expected: list[str]
) -> None:
    report = memory.hear(cast.lan, "Cống trước nhà tắc", SURE, category=LIGHT)
    memory.ask(cast.lan, asked)
    memory.hear(cast.lan, "không", [("deny", 0.9)], minutes=1)
    gather(db, now)
    assert reasons(db, report) == expected


@pytest.mark.parametrize(("slot", "expected"), [("category", ["corrected"]), ("place", ["corrected"]), ("photos_done", [])])
def test_the_button_that_says_what_is_wrong(
    db: Session, cast: Cast, memory: Memory, now: datetime, slot: str, expected: list[str]
) -> None:
    report = memory.hear(cast.lan, "Cống trước nhà tắc", SURE, category=LIGHT)
    memory.ask(cast.lan, "confirmed")
    memory.hear(cast.lan, "/correct", [("correct", 1.0)], minutes=1)
    memory.hear(cast.lan, f'/fix{{"slot": "{slot}"}}', [("fix", 1.0)], entities=[("slot", slot)], minutes=2)
    gather(db, now)
    assert reasons(db, report) == expected


def test_a_correction_does_not_reach_other_people_nor_yesterday(db: Session, cast: Cast, memory: Memory, now: datetime) -> None:
    other = citizen(db, now)
    theirs = memory.hear(other, "Cống tắc", SURE, category=LIGHT)
    old = memory.hear(cast.lan, "Cống tắc", SURE, category=LIGHT, minutes=-61)
    memory.hear(cast.lan, "nhầm", [("correct", 0.9)])
    gather(db, now)
    assert (reasons(db, theirs), reasons(db, old)) == ([], [])


@pytest.mark.parametrize(("chosen", "expected"), [("street_light", []), ("electricity", ["chosen"])])
def test_the_category_a_citizen_chose(
    db: Session, cast: Cast, memory: Memory, now: datetime, chosen: str, expected: list[str]
) -> None:
    report = memory.hear(cast.lan, "Cột trước nhà phát tia lửa", SURE, category=LIGHT)
    words = f'/choose_category{{"category": "{chosen}"}}'
    memory.ask(cast.lan, "place", minutes=1)
    memory.hear(cast.lan, "gần chợ Hội Đô", SURE, minutes=1)
    memory.hear(cast.lan, words, [("choose_category", 1.0)], entities=[("category", chosen)], minutes=2)
    gather(db, now)
    assert (reasons(db, report), kept(db, report).settled_category) == (expected, chosen)


@pytest.mark.parametrize(
    ("button", "entity", "field", "code", "expected"),
    [
        ("confirm_report", None, "settled_type", "report", ["fallback", "chosen"]),
        ("confirm_question", None, "settled_type", "question", ["fallback"]),
        ("choose_article", ("article", "id_card"), "settled_procedure", "id_card", ["fallback", "chosen"]),
        ("choose_article", ("article", "passport"), "settled_procedure", "passport", ["fallback"]),
    ],
)
def test_the_button_under_the_answer_says_what_the_message_was(
    db: Session,
    cast: Cast,
    memory: Memory,
    now: datetime,
    button: str,
    entity: tuple[str, str] | None,
    field: str,
    code: str,
    expected: list[str],
) -> None:
    unclear = memory.hear(cast.lan, "giấy tờ kia", [("question", 0.3)], procedure=[("passport", 0.4)], fallback=True)
    pressed = memory.hear(cast.lan, f"/{button}", [(button, 1.0)], entities=[entity] if entity else [], minutes=1)
    # a menu pressed later says nothing of what went before
    memory.hear(cast.lan, "chào em", [("greet", 0.99)], minutes=2)
    memory.hear(cast.lan, "/confirm_report", [("confirm_report", 1.0)], minutes=3)
    gather(db, now)
    assert (reasons(db, unclear), getattr(kept(db, unclear), field)) == (expected, code)
    assert kept(db, unclear).settled_type in (None, code)
    assert (reasons(db, pressed), kept(db, pressed).message_type) == ([], "")


def test_an_emergency_that_was_taken_back_was_a_report(db: Session, cast: Cast, memory: Memory, now: datetime) -> None:
    alarm = memory.hear(cast.lan, "công ty đuổi em lúc em có bầu", [("emergency", 0.9)])
    memory.hear(cast.lan, "/not_emergency", [("not_emergency", 1.0)], entities=[("ticket", "HD-26-000001")], minutes=1)
    gather(db, now)
    assert (reasons(db, alarm), kept(db, alarm).settled_type) == (["chosen"], "report")


def test_what_staff_settled_on_is_the_label(db: Session, cast: Cast, memory: Memory, now: datetime) -> None:
    first = memory.hear(cast.lan, "Cột trước nhà phát tia lửa", SURE, category=LIGHT)
    second = memory.hear(cast.lan, "Bóng đèn cháy", SURE, category=LIGHT)
    tickets = [open_ticket(db, draft(cast.lan, open_key=f"{cast.lan.id}:{m.id}"), now) for m in (first, second)]
    gather(db, now)
    work.recategorise(db, tickets[0], cast.binh, "electricity", now)
    work.forward(db, tickets[0], cast.binh, "dien_luc", "Cột của điện lực", now)
    work.recategorise(db, tickets[1], cast.binh, "street_light", now)
    for _ in range(2):
        settle(db, now)
    row = kept(db, first)
    assert (row.reasons, row.settled_category, row.settled_department) == (
        ["recategorised", "forwarded"], "electricity", "dien_luc",
    )  # fmt: skip
    # staff came back to what the bot had said: nothing to learn
    assert reasons(db, second) == []


@pytest.mark.parametrize(
    ("key", "message"),
    [("a-b:17", 17), ("a-b:17:1", None), ("17", None), (None, None), ("a-b:None", None), ("a:99999999999", None)],
)
def test_the_message_that_opened_a_ticket(key: str | None, message: int | None) -> None:
    assert opening_message(key) == message


def test_what_is_old_is_forgotten_and_not_learnt_again(db: Session, cast: Cast, memory: Memory, now: datetime) -> None:
    old = memory.hear(cast.lan, "Đèn hỏng", TORN, category=LIGHT)
    older = memory.hear(cast.lan, "Đèn hỏng nữa", TORN, category=LIGHT, minutes=-1)
    gather(db, now)
    later = now + timedelta(days=get_settings().raw_retention_days, minutes=1)
    memory.now = later
    fresh = memory.hear(cast.lan, "Đèn lại hỏng", SURE, category=LIGHT)
    gather(db, later)
    forget(db, later)
    assert gather(db, later) == 0
    assert db.scalars(select(Understanding.message_id)).all() == [fresh.id]
    assert db.scalar(select(func.count()).select_from(Message).where(Message.id.in_([old.id, older.id]))) == 2
    oldest = db.scalar(text("select min(timestamp) from rasa.events"))
    assert oldest is not None
    assert oldest >= later.timestamp()  # nor does Rasa keep what was said


def test_a_bot_whose_memory_was_emptied_is_heard_again(db: Session, cast: Cast, memory: Memory, now: datetime) -> None:
    for _ in range(3):
        memory.hear(cast.lan, "Đèn hỏng", SURE, category=LIGHT)
    gather(db, now)
    db.execute(text("truncate rasa.events restart identity"))
    again = memory.hear(cast.lan, "Đèn hỏng", TORN, category=LIGHT)
    assert gather(db, now) == 1
    assert reasons(db, again) == ["unsure_type"]
