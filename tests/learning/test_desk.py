"""The labelling desk: what it shows, who may label, what is kept of it, what goes out in files."""

from datetime import datetime

import pytest
import yaml
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.citizens.models import Citizen
from api.cli.nlu.lines import parse_line
from api.conversations.models import Message
from api.core.errors import Forbidden, NotFound
from api.learning import desk, export
from api.learning.desk import BadLabel, Choice
from api.learning.gather import gather, settle
from api.learning.models import Label
from api.tickets import work
from api.tickets.open import open_ticket
from tests.cast import Cast, draft
from tests.learning.rasa import LIGHT, MUDDLED, SURE, TORN, Memory

REPORT = Choice("report", "drainage_flooding")


@pytest.fixture
def flood(db: Session, cast: Cast, memory: Memory, now: datetime) -> Message:
    """One unsure message with everything personal in it."""
    db.get_one(Citizen, cast.lan.citizen_id).display_name = "Lan Pham"
    said = "Em Lan Phạm 0912345678, nước ngập ở 12/5 Nguyễn Thị Duệ"
    found = [("phone", "0912345678"), ("location", "12/5 Nguyễn Thị Duệ")]
    message = memory.hear(cast.lan, said, TORN, category=MUDDLED, entities=found)
    memory.hear(cast.lan, "Đèn đường hỏng", SURE, category=LIGHT)
    gather(db, now)
    return message


def test_only_the_unsure_without_personal_data(db: Session, flood: Message) -> None:
    (row,) = desk.unsure(db).rows
    assert row.message_id == flood.id
    assert row.text == "Em Nguyễn Văn A 0000000000, nước ngập ở 00/0 Nguyễn Thị Duệ"
    assert row.place == "00/0 Nguyễn Thị Duệ"
    assert row.guess == REPORT
    assert list(row.reasons) == ["unsure_type", "unsure_category"]
    assert list(row.choices) == [
        REPORT, Choice("report", "road_damage"), Choice("report", "waste"), Choice("question"),
    ]  # fmt: skip
    assert desk.waiting_count(db) == 1


def test_what_staff_settled_on_is_offered_first(db: Session, cast: Cast, flood: Message, now: datetime) -> None:
    ticket = open_ticket(db, draft(cast.lan, open_key=f"{cast.lan.id}:{flood.id}"), now)
    work.recategorise(db, ticket, cast.binh, "water_supply", now)
    settle(db, now)
    (row,) = desk.unsure(db, reason="recategorised").rows
    assert row.choices[:2] == [Choice("report", "water_supply"), REPORT]


def test_what_the_citizen_chose_is_offered_first(db: Session, cast: Cast, memory: Memory, now: datetime) -> None:
    unclear = memory.hear(cast.lan, "giấy tờ kia", [("report", 0.3)], category=MUDDLED, fallback=True)
    memory.hear(cast.lan, "/choose_article", [("choose_article", 1.0)], entities=[("article", "id_card")], minutes=1)
    other = memory.hear(cast.lan, "chỗ kia", [("question", 0.3)], category=MUDDLED, fallback=True, minutes=2)
    memory.hear(cast.lan, "/confirm_report", [("confirm_report", 1.0)], minutes=3)
    gather(db, now)
    first = {row.message_id: row.choices[0] for row in desk.unsure(db).rows}
    assert first == {unclear.id: Choice("question", None, "id_card"), other.id: REPORT}


def test_search_and_filter_and_pages(db: Session, cast: Cast, memory: Memory, flood: Message, now: datetime) -> None:
    for n in range(3):
        memory.hear(cast.lan, f"Câu khó số ba {n}", TORN, fallback=True)
    gather(db, now)
    assert len(desk.unsure(db, search="NUOC ngap").rows) == 1
    assert desk.unsure(db, search="không có").rows == []
    assert len(desk.unsure(db, reason="fallback").rows) == 3
    # an unknown filter is none
    assert len(desk.unsure(db, reason="'; drop").rows) == 4
    first = desk.unsure(db, limit=3)
    rest = desk.unsure(db, limit=3, before=first.rows[-1].message_id)
    assert ([len(first.rows), first.more], [len(rest.rows), rest.more]) == ([3, True], [1, False])


def test_a_label_leaves_the_list_and_outlives_the_message(db: Session, cast: Cast, flood: Message, now: datetime) -> None:
    made = desk.label(db, cast.ha, flood.id, REPORT, now, place="Nguyễn Thị Duệ")
    assert desk.unsure(db).rows == []
    assert (made.staff_id, made.at, made.guess["category"], made.reasons) == (
        cast.ha.id, now, "drainage_flooding", ["unsure_type", "unsure_category"],
    )  # fmt: skip
    with pytest.raises(NotFound):
        desk.label(db, cast.vu, flood.id, Choice("question"), now)
    db.execute(delete(Message).where(Message.id == flood.id))
    db.expire_all()
    left = db.scalars(select(Label)).one()
    assert (left.message_id, left.text) == (None, "Em Nguyễn Văn A 0000000000, nước ngập ở 00/0 Nguyễn Thị Duệ")


def test_skipped_words_are_not_kept_and_a_label_can_be_taken_back(
    db: Session, cast: Cast, flood: Message, now: datetime
) -> None:
    assert desk.skip(db, cast.vu, flood.id, now).text == ""
    assert (desk.waiting_count(db), desk.labelled_count(db)) == (0, 0)
    desk.undo(db, cast.vu, flood.id)
    assert desk.waiting_count(db) == 1
    with pytest.raises(NotFound):
        desk.undo(db, cast.vu, flood.id)


def test_chi_may_not_nor_may_binh_nor_the_leader(db: Session, cast: Cast, flood: Message, now: datetime) -> None:
    for who in (cast.chi, cast.binh, cast.minh, cast.dung):
        with pytest.raises(Forbidden):
            desk.label(db, who, flood.id, REPORT, now)
        with pytest.raises(Forbidden):
            desk.skip(db, who, flood.id, now)
        with pytest.raises(Forbidden):
            desk.undo(db, who, flood.id)
    assert db.scalar(select(func.count()).select_from(Label)) == 0


@pytest.mark.parametrize(
    ("choice", "more"),
    [
        (Choice("report"), {}),
        (Choice("report", "nothing"), {}),
        (Choice("joke"), {}),
        (Choice("emergency", "waste"), {}),
        (Choice("report", "waste", "passport"), {}),
        (Choice("question", None, "nothing"), {}),
        (REPORT, {"place": "chợ Hội Đô"}),
        (REPORT, {"text": "a" * 1001}),
    ],
)
def test_a_label_that_cannot_be(
    db: Session, cast: Cast, flood: Message, now: datetime, choice: Choice, more: dict[str, str]
) -> None:
    with pytest.raises(BadLabel):
        desk.label(db, cast.ha, flood.id, choice, now, **more)
    assert desk.waiting_count(db) == 1


def many(db: Session, cast: Cast, memory: Memory, now: datetime) -> None:
    said = [memory.hear(cast.lan, f"Nước [ngập] ở cầu {n}", TORN, category=MUDDLED) for n in range(10)]
    ask = memory.hear(cast.lan, "làm hộ chiếu mất bao lâu", TORN, procedure=[("passport", 0.5)])
    hello = memory.hear(cast.lan, "alo có ai không", [("greet", 0.4), ("human", 0.3)])
    gather(db, now)
    for n, message in enumerate(said):
        desk.label(db, cast.ha, message.id, REPORT, now, place=f"cầu {n}")
    desk.label(db, cast.ha, ask.id, Choice("question", None, "passport"), now)
    desk.label(db, cast.ha, hello.id, Choice("chitchat"), now)


def test_files_to_learn_from_and_to_judge_by_are_apart(db: Session, cast: Cast, memory: Memory, now: datetime) -> None:
    many(db, cast, memory, now)
    learn, judge = export.labels(db)
    assert len(learn) + len(judge) == 12
    assert 2 <= len(judge) <= 3
    assert not {r.text for r in learn} & {r.text for r in judge}
    found = yaml.safe_load(export.training_file([*learn, *judge]))
    assert found["version"] == "3.1"
    blocks = {
        (b["intent"], *next(iter((b.get("metadata") or {"": ""}).items()))): b["examples"].splitlines() for b in found["nlu"]
    }
    assert set(blocks) == {
        ("report", "category", "drainage_flooding"),
        ("question", "procedure", "passport"),
        ("greet", "", ""),
    }
    assert sorted(blocks["report", "category", "drainage_flooding"])[0] == "- Nước (ngập) ở [cầu 0](location)"
    assert blocks["question", "procedure", "passport"] == ["- làm hộ chiếu mất bao lâu"]
    assert "examples: |" in export.training_file(learn)


def test_lines_for_evaluation_are_what_the_judge_reads(db: Session, cast: Cast, memory: Memory, now: datetime) -> None:
    import json

    many(db, cast, memory, now)
    learn, judge = export.labels(db)
    for row in [*export.evaluation_lines([*learn, *judge])]:
        line = parse_line(json.dumps(row).encode())
        assert (line.register, line.location is None or line.location in line.text) == ("real", True)


def test_unsure_lines_carry_the_guess(db: Session, flood: Message) -> None:
    (row,) = export.unsure_lines(db)
    assert row == {
        "text": "Em Nguyễn Văn A 0000000000, nước ngập ở 00/0 Nguyễn Thị Duệ",
        "type": "report",
        "category": "drainage_flooding",
        "procedure": None,
        "location": "00/0 Nguyễn Thị Duệ",
        "register": "real",
        "confidence": 0.48,
        "reasons": ["unsure_type", "unsure_category"],
    }


def test_small_talk_of_no_known_kind_waits_for_a_person(db: Session, cast: Cast, memory: Memory, now: datetime) -> None:
    message = memory.hear(cast.lan, "ờ thì", [("report", 0.4), ("greet", 0.3)])
    gather(db, now)
    row = desk.label(db, cast.ha, message.id, Choice("chitchat"), now)
    assert "intent: chon_y_dinh" in export.training_file([row])
