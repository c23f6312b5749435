"""Everything that the ticket page shows, gathered once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from admin.auth import Person
from admin.desk import due_view, labels
from admin.due import Badge
from admin.history import Line, history
from admin.replies import Reply, replies
from admin.words import words
from api.conversations.models import Conversation, Media, Message
from api.conversations.queries import latest
from api.departments.models import Department, Staff
from api.departments.queries import departments, staff_of
from api.tickets.access import allowed_actions, may_see_contact
from api.tickets.desk import look_alikes
from api.tickets.models import Ticket
from api.tickets.queries import merged_into, photos_of, reporters, timeline
from api.tickets.rules import Deed

# in the order in which a clerk needs them
MAIN_DEEDS = (Deed.REPLY, Deed.ASK_BACK, Deed.RESOLVE, Deed.FORWARD)
MORE_DEEDS = (
    Deed.NOTE,
    Deed.ASSIGN,
    Deed.PRIORITISE,
    Deed.EXTEND,
    Deed.RECATEGORISE,
    Deed.MERGE,
    Deed.UNMERGE,
    Deed.RETURN,
    Deed.REJECT,
)
TOLD = {Deed.REPLY, Deed.ASK_BACK, Deed.RESOLVE, Deed.FORWARD, Deed.EXTEND, Deed.MERGE, Deed.UNMERGE, Deed.REJECT}
MESSAGES = 60


@dataclass(frozen=True)
class Typed:
    """A form that could not be carried out: what was typed stays."""

    deed: str = ""
    error: str = ""
    values: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True)
class Sheet:
    ticket: Ticket
    badge: Badge
    allowed: set[Deed]
    audience: str
    contact: bool
    lines: list[Line]
    photos: Sequence[tuple[Media, str]]
    conversation: Conversation | None
    messages: Sequence[Message]
    similar: Sequence[Ticket]
    children: Sequence[Ticket]
    main: Ticket | None
    colleagues: Sequence[Staff]
    targets: Sequence[Department]
    canned: dict[str, list[Reply]]
    typed: Typed

    @property
    def first(self) -> list[Deed]:
        return [deed for deed in MAIN_DEEDS if deed in self.allowed]

    @property
    def more(self) -> list[Deed]:
        return [deed for deed in MORE_DEEDS if deed in self.allowed]

    @property
    def lost_words(self) -> str:
        """Words whose form is gone because a colleague was quicker: shown to be copied."""
        return self.typed["text"] if self.typed.deed and self.typed.deed not in self.allowed else ""

    def unit_said(self, units: Mapping[str, str]) -> str:
        """Today's unit beside the citizen's own words for the place; empty where these already name it."""
        name = units.get(self.ticket.unit_code or "", "")
        return "" if name.casefold() in (self.ticket.place_text or "").casefold() else name

    @property
    def target_options(self) -> list[tuple[str, str]]:
        return [(one.code, one.short_name) for one in self.targets]

    @property
    def colleague_options(self) -> list[tuple[int, str]]:
        return [(one.id, one.name) for one in self.colleagues]

    def told(self, deed: Deed) -> bool:
        return deed in TOLD


def sheet(db: Session, person: Person, ticket: Ticket, now: datetime, typed: Typed | None = None) -> Sheet:
    staff, known = person.staff, labels(db)
    allowed = allowed_actions(staff, ticket)
    department = known.departments.get(ticket.department_code, "")
    conversation = db.get(Conversation, ticket.conversation_id) if ticket.conversation_id else None
    return Sheet(
        ticket=ticket,
        badge=due_view(db, now).badge(ticket),
        allowed=allowed,
        audience=audience(len(reporters(db, ticket.id))),
        contact=may_see_contact(staff, ticket),
        lines=history(timeline(db, ticket.id), known),
        photos=photos_of(db, ticket.id),
        conversation=conversation,
        messages=latest(db, conversation.id, MESSAGES) if conversation else [],
        similar=look_alikes(db, staff, ticket) if Deed.MERGE in allowed else [],
        children=merged_into(db, ticket.id),
        main=db.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None,
        colleagues=[one for one in staff_of(db, ticket.department_code) if one.active],
        targets=[one for one in departments(db) if one.code != ticket.department_code],
        canned={deed: replies(deed, ticket, department) for deed in allowed},
        typed=typed or Typed(),
    )


def audience(count: int) -> str:
    """Whom a message reaches, said before it is sent."""
    return str(words()["audience"]["some" if count else "none"]).format(count=count)
