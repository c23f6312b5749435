"""What an action asks where the model is unsure: said by hand here, so that no training changes the test."""

import json
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.answers import AnswerQuestion, ConfirmQuestion, TicketStatus
from actions.earlier import SameMatter
from actions.emergency import Emergency, NotEmergency
from actions.report import AskCategory, Complaint, SubmitReport
from actions.start import OutOfScope, SameAsBefore, StartFromUnclear, StartReport, Unexpected, YesOrNo
from actions.turn import Said, ServiceAction, Turn
from actions.verdicts import NotFixed
from api.conversations.models import Conversation
from api.tickets.models import Status, Ticket
from api.tickets.open import open_ticket
from api.tickets.queries import by_number, of_conversation, timeline
from api.tickets.signals import signals_of
from tests.cast import citizen, draft

IDS = count(1)  # of messages
WASTE = {"category": (("waste", 0.95), ("pollution", 0.03))}


def said(text: str, intent: str, rankings: dict[str, Any] | None = None, **likely: float) -> Said:
    return Said(intent, likely.get(intent, 0.9), text, {}, rankings or {}, (), next(IDS), likely)


class Bot:
    """One conversation of Lan; the slots that an action sets are kept."""

    def __init__(self, db: Session, now: datetime) -> None:
        self.db, self.now, self.slots = db, now, dict[str, Any]()
        self.thread: Conversation = citizen(db, now)
        self.loop: str | None = None
        self.parses: dict[str, Said] = {}
        self.history: list[dict[str, Any]] = []

    def act(self, action: type[ServiceAction], message: Said) -> list[str]:
        """The names of the responses, and of the form that follows."""
        self.history.append({"event": "user", "metadata": {"message_id": message.message_id}})
        self.dispatcher = CollectingDispatcher()
        turn = Turn(
            self.db, message, self.slots, self.thread.id, self.now, self.dispatcher, self.history, self.parses.get, self.loop
        )
        events = action().act(turn)
        self.slots |= {e["name"]: e["value"] for e in events if e["event"] == "slot"}
        spoken = [m["response"] for m in self.dispatcher.messages if m["response"]]
        return spoken + [e["name"] for e in events if e["event"] == "followup"]

    def buttons(self) -> list[str]:
        return [b["payload"] for m in self.dispatcher.messages for b in m["buttons"]]


@pytest.fixture
def bot(db: Session, now: datetime) -> Bot:
    return Bot(db, now)


def test_a_report_that_may_be_a_question(bot: Bot) -> None:
    message = said("mấy giờ xe rác đến thu", "report", WASTE, report=0.52, question=0.35)
    assert bot.act(StartReport, message) == ["utter_which_meaning"]
    assert bot.buttons() == ["/confirm_report", "/confirm_question"]
    # the words that were kept begin the report, with all that they say
    bot.parses[message.text] = message
    assert bot.act(StartFromUnclear, said("/confirm_report", "confirm_report")) == ["utter_report_begun", "report_form"]
    assert (bot.slots["description"], bot.slots["category"]) == ("mấy giờ xe rác đến thu", "waste")
    assert bot.slots["unclear_text"] is None


def test_the_meaning_may_be_typed(bot: Bot) -> None:
    message = said("mấy giờ xe rác đến thu", "report", WASTE, report=0.52, question=0.35)
    bot.parses[message.text] = message
    bot.act(StartReport, message)
    assert bot.act(StartReport, said("phản ánh nhé", "report")) == ["utter_report_begun", "report_form"]
    assert bot.slots["description"] == message.text
    bot.act(StartReport, message)
    assert bot.act(AnswerQuestion, said("hỏi thôi", "question")) == ["utter_told_here"]
    # without that question just before, the same words are words
    assert bot.act(AnswerQuestion, said("hỏi thôi", "question")) == ["utter_do_not_know"]


def test_a_question_that_may_be_a_report(bot: Bot) -> None:
    message = said("xe rác thu giờ nào thế", "question", WASTE, question=0.5, report=0.4)
    assert bot.act(AnswerQuestion, message) == ["utter_which_meaning"]
    assert bot.buttons() == ["/confirm_question", "/confirm_report"]
    bot.parses[message.text] = message
    # who owns it is told from the routes
    assert bot.act(ConfirmQuestion, said("/confirm_question", "confirm_question")) == ["utter_told_here"]
    assert bot.dispatcher.messages[0]["department"] == "Công ty Môi trường đô thị"


def test_a_khieu_nai_that_may_be_a_question(bot: Bot) -> None:
    message = said("tôi hỏi về đền bù đất", "complaint", complaint=0.45, question=0.4)
    assert bot.act(Complaint, message) == ["utter_which_meaning"]
    assert bot.act(Complaint, said("/complaint", "complaint")) == ["utter_complaint", "utter_complaint_how"]


def test_the_three_likeliest_fields_and_another(bot: Bot) -> None:
    bot.slots["category_options"] = ["waste", "pollution", "noise"]
    assert bot.act(AskCategory, said("x", "report")) == ["utter_ask_which_category"]
    codes = [json.loads(payload.removeprefix("/choose_category"))["category"] for payload in bot.buttons()]
    assert codes == ["waste", "pollution", "noise", "other"]


def test_two_failures_and_a_person(bot: Bot) -> None:
    unclear = said("ơ kìa", "nlu_fallback")
    assert bot.act(Unexpected, unclear) == ["utter_clarify", "action_listen"]
    assert bot.act(Unexpected, unclear) == ["utter_offer_person", "action_listen"]
    assert bot.slots["failures"] == 0
    assert bot.act(OutOfScope, said("giá vàng", "out_of_scope")) == ["utter_out_of_scope"]
    assert bot.act(OutOfScope, said("xổ số", "out_of_scope")) == ["utter_offer_person"]


def test_two_failures_in_the_middle_of_a_report(bot: Bot) -> None:
    bot.loop = "report_form"
    unclear = said("ơ kìa", "nlu_fallback")
    assert bot.act(Unexpected, unclear) == ["utter_aside_unclear", "report_form"]
    assert bot.act(Unexpected, unclear) == ["utter_offer_person_meanwhile", "report_form"]


def test_a_hint_at_a_meaning_is_a_button(bot: Bot) -> None:
    vague = said("cái đèn", "nlu_fallback", report=0.28, question=0.2, greet=0.1)
    assert bot.act(Unexpected, vague) == ["utter_which_meaning", "action_listen"]


def test_anger_is_heard_by_the_model_or_by_its_marks(bot: Bot) -> None:
    calm = said("rác 1 tuần không ai dọn", "report", WASTE)
    assert bot.act(StartReport, calm)[0] == "utter_report_begun"
    signalled = Said("report", 0.9, calm.text, {}, WASTE, (), 71, {}, {"anger": 0.8})
    assert bot.act(StartReport, signalled)[0] == "utter_regret"
    assert bot.act(StartReport, said("bọn mày không dọn rác à", "report", WASTE))[0] == "utter_regret"


def test_an_emergency_goes_to_the_police_unless_its_field_is_theirs(bot: Bot) -> None:
    bot.act(Emergency, said("có người đuối nước ở sông", "emergency", {"category": (("water_supply", 0.9),)}))
    bot.act(Emergency, Said("emergency", 0.9, "dây điện đứt giật người", {}, {"category": (("electricity", 0.9),)}, (), 72))
    assert {t.category for t in of_conversation(bot.db, bot.thread.id)} == {"public_order", "electricity"}


DISMISSED = "Công ty đuổi việc tôi lúc tôi đang có bầu"


def taken_for_an_emergency(bot: Bot, sure: float = 0.5) -> tuple[Ticket, list[str]]:
    """The urgent ticket, and what the bot said of it."""
    field = {"category": (("labour_welfare", 0.9),)}
    bot.parses[DISMISSED] = said(DISMISSED, "emergency", field)
    spoken = bot.act(Emergency, said(DISMISSED, "emergency", field, emergency=sure))
    return of_conversation(bot.db, bot.thread.id)[0], spoken


def not_urgent(ticket: Ticket) -> Said:
    return replace(said('/not_emergency{"ticket": …}', "not_emergency"), entities={"ticket": (ticket.number,)})


def test_a_doubtful_emergency_can_be_taken_back_and_becomes_a_report(bot: Bot) -> None:
    ticket, spoken = taken_for_an_emergency(bot)
    assert spoken == ["utter_emergency", "utter_emergency_sent", "utter_if_no_emergency", "emergency_form"]
    assert bot.buttons() == [f'/not_emergency{{"ticket": "{ticket.number}"}}']
    assert bot.act(NotEmergency, not_urgent(ticket)) == ["utter_emergency_withdrawn", "utter_report_begun", "report_form"]
    assert (bot.slots["description"], bot.slots["category"]) == (DISMISSED, "labour_welfare")
    assert (ticket.status, ticket.closed_at) == (Status.WITHDRAWN, bot.now)
    assert bot.act(TicketStatus, said("phản ánh của tôi tới đâu", "status")) == ["utter_status_over"]
    assert bot.act(NotEmergency, not_urgent(ticket)) == ["utter_no_emergency_sent"]


def test_nobody_asks_whether_a_sure_emergency_is_one(bot: Bot) -> None:
    _, spoken = taken_for_an_emergency(bot, 0.9)
    assert "utter_if_no_emergency" not in spoken


def test_what_somebody_has_taken_on_is_theirs_to_decide(bot: Bot) -> None:
    ticket, _ = taken_for_an_emergency(bot)
    ticket.status = Status.IN_PROGRESS
    assert bot.act(NotEmergency, said("không phải khẩn cấp đâu", "not_emergency")) == ["utter_emergency_taken_on"]
    assert ticket.status == Status.IN_PROGRESS
    assert timeline(bot.db, ticket.id)[-1].data["text"] == "Người gửi cho biết không phải việc khẩn cấp."


def test_a_report_that_is_being_taken_down_goes_on(bot: Bot) -> None:
    ticket, _ = taken_for_an_emergency(bot)
    bot.loop = "report_form"
    assert bot.act(NotEmergency, not_urgent(ticket)) == ["utter_emergency_only_withdrawn"]
    assert ticket.status == Status.WITHDRAWN


def test_a_contact_that_nobody_asked_for_goes_to_the_open_report(bot: Bot, db: Session, now: datetime) -> None:
    contact = replace(said("Lan 0987 654 321", "inform_contact"), entities={"phone": ("0987 654 321",), "person": ("Lan",)})
    assert bot.act(Unexpected, contact) == ["utter_contact_for_what"]
    own = open_ticket(db, draft(bot.thread, contact_phone=None), now)
    assert bot.act(Unexpected, contact) == ["utter_contact_added"]
    assert (own.contact_name, own.contact_phone) == ("Lan", "0987654321")
    assert "0987" not in str(timeline(db, own.id)[-1].data)
    assert "0987654321" in own.folded


def test_a_strangers_ticket_is_never_offered(bot: Bot, db: Session, now: datetime) -> None:
    open_ticket(db, draft(citizen(db, now)), now)
    again = said("lại thế rồi", "same_as_before")
    assert bot.act(SameAsBefore, again) == ["utter_no_earlier_ticket", "report_form"]
    own = open_ticket(db, draft(bot.thread), now)
    assert bot.act(SameAsBefore, again) == ["utter_is_it_that"]
    assert json.loads(bot.buttons()[0].removeprefix("/same_matter"))["ticket"] == own.number


def test_asked_what_it_is_the_earlier_ticket_may_be_the_answer(bot: Bot, db: Session, now: datetime) -> None:
    bot.loop, bot.slots["requested_slot"] = "report_form", "description"
    assert bot.act(SameAsBefore, said("như hôm qua ấy", "same_as_before")) == ["utter_no_earlier_ticket"]
    open_ticket(db, draft(bot.thread), now)
    assert bot.act(SameAsBefore, said("lại thế rồi", "same_as_before")) == ["utter_is_it_that"]
    assert bot.slots["requested_slot"] is None


def test_yes_answers_only_the_last_question(bot: Bot, db: Session, now: datetime) -> None:
    own = open_ticket(db, draft(bot.thread), now)
    bot.act(SameAsBefore, said("lại thế rồi", "same_as_before"))
    later = said("cảm ơn", "thank")
    bot.history.append({"event": "user", "metadata": {"message_id": later.message_id}})
    assert bot.act(YesOrNo, said("ok", "affirm")) == ["utter_nothing_asked"]
    assert by_number(db, own.number).status == Status.NEW


def test_what_can_no_longer_be_opened_again_is_a_new_report(bot: Bot, db: Session, now: datetime) -> None:
    own = open_ticket(db, draft(bot.thread), now)
    own.status, own.resolved_at = Status.CLOSED, now.replace(year=now.year - 1)
    db.flush()
    message = said("đèn lại hỏng như lần trước", "report", {"category": (("street_light", 0.95),)})
    assert bot.act(StartReport, message) == ["utter_report_begun", "report_form"]


def test_what_a_report_says_marks_its_ticket(bot: Bot, db: Session) -> None:
    """The marks are those of the words told, not of the yes that sends them; they change no word of the answer."""
    told = "dây điện đứt rơi xuống sân trường"
    bot.slots |= {"description": told, "category": "electricity", "place": "sân trường", "draft_key": "1", "confirmed": "yes"}
    bot.parses[told] = replace(said(told, "report"), signals={"danger": 0.9, "children": 0.8, "anger": 0.1})
    answered = bot.act(SubmitReport, replace(said("đúng rồi", "affirm"), signals={"anger": 0.9}))
    (ticket,) = of_conversation(db, bot.thread.id)
    assert [code for code, _ in signals_of(ticket)] == ["danger", "children"]
    bot.slots |= {"description": "đèn hỏng", "category": "street_light", "place": "ngõ 2", "draft_key": "2", "confirmed": "yes"}
    assert bot.act(SubmitReport, said("đúng rồi", "affirm")) == answered
    (light,) = (ticket for ticket in of_conversation(db, bot.thread.id) if ticket.category == "street_light")
    assert light.signals == {}, "the bot was away: the ticket is opened all the same"


def test_later_words_mark_it_too(bot: Bot, db: Session, now: datetime) -> None:
    ticket = open_ticket(db, draft(bot.thread), now)
    ticket.status, ticket.resolved_at = Status.RESOLVED, now
    db.flush()
    bot.act(NotFixed, replace(said("ba lần rồi vẫn thế", "not_fixed"), signals={"waiting": 0.8}))
    assert ticket.signals == {"waiting": 0.8}
    more = "cháu nhà tôi vừa ngã ở đấy"
    bot.slots["unclear_text"] = more
    bot.parses[more] = replace(said(more, "report"), signals={"children": 0.9, "waiting": 0.9})
    bot.act(SameMatter, replace(said("đúng", "affirm"), entities={"ticket": (ticket.number,)}))
    assert signals_of(ticket) == [("children", 0.9), ("waiting", 0.8)]
