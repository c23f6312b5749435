"""The labelling desk: which messages are worth a look, and what a person says they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.citizens.models import Citizen
from api.conversations.models import Conversation, Message
from api.core.errors import DomainError, Forbidden, NotFound
from api.core.text import fold, nfc, squeeze
from api.departments.models import Role, Staff
from api.learning.models import Label, Reason, Understanding
from api.learning.privacy import Span, stripped
from api.learning.words import settings, types_of_intents
from api.localities.taxonomy import categories, message_types, procedures
from api.tickets.models import Ticket

MAY_LABEL = {Role.ADMIN, Role.DISPATCHER}
SEARCHED = 2000  # the newest unsure messages that a search looks through
LONGEST = 1000  # characters of a labelled message
PERSONAL = ("person", "phone")
PLACE = "location"
OFFERED = 4  # ready labels under a message


class BadLabel(DomainError):
    code = "bad_label"
    message = "Nhãn chưa hợp lệ, anh/chị chọn lại giúp em nhé."


@dataclass(frozen=True)
class Choice:
    """One label as it can be given."""

    message_type: str
    category: str | None = None
    procedure: str | None = None


@dataclass(frozen=True)
class Unsure:
    """One message as the desk shows it, stripped of personal data. `choices`: ready labels, the likeliest first."""

    message_id: int
    at: datetime
    text: str
    place: str | None
    guess: Choice
    confidence: float
    reasons: Sequence[str]
    choices: Sequence[Choice]
    department: str | None  # code of the one that staff sent it to


@dataclass(frozen=True)
class Page:
    rows: Sequence[Unsure]
    more: bool


def require_labeller(staff: Staff) -> None:
    """Whole conversations are read here, so only those who see all of them may."""
    if staff.role not in MAY_LABEL:
        raise Forbidden


def _waiting() -> tuple[ColumnElement[bool], ...]:
    return Understanding.reasons != [], ~exists().where(Label.message_id == Understanding.message_id)


def waiting_count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Understanding).where(*_waiting())) or 0


def labelled_count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Label).where(~Label.skipped)) or 0


def unsure(session: Session, *, reason: str = "", search: str = "", before: int | None = None, limit: int = 20) -> Page:
    """Messages that wait for a label, the newest first. `before`: only ids below it. Search does not mind diacritics."""
    query = select(Understanding, Message).join(Message, Message.id == Understanding.message_id).where(*_waiting())
    if reason in set(Reason):
        query = query.where(Understanding.reasons.contains([reason]))
    if before is not None:
        query = query.where(Understanding.message_id < before)
    wanted = fold(search)
    found = session.execute(query.order_by(Understanding.message_id.desc()).limit(SEARCHED if wanted else limit + 1)).all()
    rows = [(row, message) for row, message in found if not wanted or wanted in fold(message.text)]
    names = _names(session, [message for _, message in rows[:limit]])
    return Page([_shown(row, message, names) for row, message in rows[:limit]], more=len(rows) > limit)


def one(session: Session, message_id: int) -> Unsure:
    """Raises `NotFound`: no such message, already labelled, or its time is over."""
    found = _one(session, message_id)
    return _shown(*found, _names(session, [found[1]]))


def _one(session: Session, message_id: int) -> tuple[Understanding, Message]:
    query = select(Understanding, Message).join(Message, Message.id == Understanding.message_id)
    row = session.execute(query.where(Understanding.message_id == message_id, *_waiting())).first()
    if row is None:
        raise NotFound("Câu này đã được gán nhãn hoặc không còn lưu.")
    return row[0], row[1]


def _names(session: Session, messages: Iterable[Message]) -> Mapping[Any, list[str]]:
    """conversation → names and phones that are known to belong to its citizen."""
    ids = {message.conversation_id for message in messages}
    people = (
        select(Conversation.id, Citizen.display_name)
        .join(Citizen, Citizen.id == Conversation.citizen_id)
        .where(Conversation.id.in_(ids))
    )
    contacts = select(Ticket.conversation_id, Ticket.contact_name).where(Ticket.conversation_id.in_(ids))
    known: dict[Any, list[str]] = {key: [] for key in ids}
    for key, name in [*session.execute(people), *session.execute(contacts)]:
        if name:
            known[key].append(name)
    return known


def _shown(row: Understanding, message: Message, names: Mapping[Any, list[str]]) -> Unsure:
    text = message.text.lstrip("/ \n")  # as the bot was given it, see turn.words_for_bot
    persons = [(start, end) for kind, start, end in row.spans if kind in PERSONAL]
    places = [(start, end) for kind, start, end in row.spans if kind == PLACE]
    clean = squeeze(stripped(text, names=names[message.conversation_id], persons=persons, places=places))
    return Unsure(
        message_id=row.message_id,
        at=row.at,
        text=clean,
        place=_place(text, places, clean),
        guess=_guess(row),
        confidence=row.confidence,
        reasons=row.reasons,
        choices=_choices(row),
        department=row.settled_department,
    )


def _place(text: str, places: Sequence[Span], clean: str) -> str | None:
    """The first place as it stands in the stripped text, if it still does."""
    for start, end in places:
        place = squeeze(stripped(text[start:end], places=[(0, end - start)]))
        if place and place in clean:
            return place
    return None


def _guess(row: Understanding) -> Choice:
    return _choice(row.message_type, row.category, row.procedure)


def _choice(kind: str, category: str | None, procedure: str | None) -> Choice:
    return Choice(
        kind,
        category if kind in settings()["categorised_types"] and category in categories() else None,
        procedure if kind == "question" and procedure in procedures() else None,
    )


def _choices(row: Understanding) -> list[Choice]:
    """What staff settled on, the bot's guess, then the next likely types and categories."""
    kinds = [kind for kind in dict.fromkeys([row.message_type, *_types(row)]) if kind in message_types()]
    wanted = settings()["categorised_types"]
    made = [_settled(row)] if row.settled_type or row.settled_category or row.settled_procedure else []
    made.append(_guess(row))
    if row.message_type in wanted:
        made += [_choice(row.message_type, name, None) for name, _ in row.rankings.get("category", [])[1:3]]
    made += [_choice(kind, row.category, row.procedure) for kind in kinds[1:3]]
    return [choice for choice in dict.fromkeys(made) if choice.message_type in message_types()][:OFFERED]


def _settled(row: Understanding) -> Choice:
    """What the citizen chose by a button, or staff settled on; for the rest the guess stands."""
    kind = row.settled_type or row.message_type
    if row.settled_procedure and not row.settled_type:
        kind = "question"
    if row.settled_category and kind not in settings()["categorised_types"]:
        kind = settings()["categorised_types"][0]
    return _choice(kind, row.settled_category or row.category, row.settled_procedure or row.procedure)


def _types(row: Understanding) -> list[str]:
    return [types_of_intents().get(name, name) for name, _ in row.rankings.get("intent", [])]


def label(
    session: Session, staff: Staff, message_id: int, choice: Choice, now: datetime, *, text: str = "", place: str = ""
) -> Label:
    """Say what a message is. `text`: the words as they are to be kept, if a person took out more; `place`: a part of them.

    Raises `Forbidden`, `NotFound`, `BadLabel`.
    """
    require_labeller(staff)
    shown = one(session, message_id)
    words = squeeze(nfc(text)) or shown.text
    where = squeeze(nfc(place)) or None
    _check(choice, words, where)
    row, _ = _one(session, message_id)
    likeliest = row.rankings.get("intent", [])
    values = {
        "text": words,
        "message_type": choice.message_type,
        "category": choice.category,
        "procedure": choice.procedure,
        "place": where,
        "intent": likeliest[0][0] if likeliest else row.intent,
        "guess": {"type": shown.guess.message_type, "category": shown.guess.category, "procedure": shown.guess.procedure},
        "reasons": list(row.reasons),
    }
    return _keep(session, staff, message_id, now, values)


def skip(session: Session, staff: Staff, message_id: int, now: datetime) -> Label:
    """Not worth a label: it leaves the list, and nothing of its words is kept."""
    require_labeller(staff)
    _one(session, message_id)
    return _keep(session, staff, message_id, now, {"skipped": True, "text": "", "guess": {}, "reasons": []})


def _keep(session: Session, staff: Staff, message_id: int, now: datetime, values: dict[str, Any]) -> Label:
    row = {"message_id": message_id, "staff_id": staff.id, "at": now, "skipped": False} | values
    made: Label | None = session.scalar(insert(Label).values(row).on_conflict_do_nothing().returning(Label))
    if made is None:  # a colleague was quicker
        raise NotFound("Câu này đã được gán nhãn hoặc không còn lưu.")
    return made


def undo(session: Session, staff: Staff, message_id: int) -> None:
    """Take a label back: the message waits again, if it is still kept."""
    require_labeller(staff)
    row = session.scalar(select(Label).where(Label.message_id == message_id))
    if row is None:
        raise NotFound("Không tìm thấy nhãn này.")
    session.delete(row)
    session.flush()


def _check(choice: Choice, words: str, place: str | None) -> None:
    if not words or len(words) > LONGEST:
        raise BadLabel(f"Câu cần có từ 1 đến {LONGEST} ký tự.")
    if choice.message_type not in message_types():
        raise BadLabel("Anh/chị chọn loại tin nhắn trước nhé.")
    if choice.message_type in settings()["categorised_types"] and choice.category not in categories():
        raise BadLabel("Phản ánh và kiến nghị cần có lĩnh vực, anh/chị chọn giúp em nhé.")
    if choice.message_type not in settings()["categorised_types"] and choice.category:
        raise BadLabel("Chỉ phản ánh và kiến nghị có lĩnh vực.")
    if choice.procedure and (choice.message_type != "question" or choice.procedure not in procedures()):
        raise BadLabel("Chỉ câu hỏi có thủ tục, và thủ tục phải nằm trong danh mục.")
    if place and place not in words:
        raise BadLabel("Địa điểm phải chép đúng một đoạn của câu.")
