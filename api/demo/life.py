"""One invented ticket's life, changed by the same table and rules as a real one, with every event that it leaves."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from api.core.text import nfc
from api.demo.ground import Ground
from api.demo.incidents import Incident
from api.demo.people import Person, new_id
from api.localities.pack import pack
from api.tickets.change import INTERNAL
from api.tickets.clock import ESCALATE_AFTER
from api.tickets.models import Priority, Status
from api.tickets.rules import RUNNING, Deed, escalated_priority, next_status, searchable, title_of

SWEEP = timedelta(minutes=1)  # how soon the clock notices
PUSH = timedelta(minutes=1)  # two deeds of people are at least so far apart


# columns that nothing has happened to yet: rows written in bulk all name the same columns
EMPTY = [
    *("assignee_id", "first_answered_at", "waiting_since", "resolved_at", "closed_at", "overdue_at", "warned_at"),
    *("answer", "merged_into_id", "rating", "rating_comment", "urgency_reason", "open_key", "contact_phone"),
]


class Over(Exception):
    """Not an error: the next deed lies in the future, the story has reached the present."""


@dataclass
class Life:
    """`row` are the ticket's columns, `events` its event rows, `ratings` its rating rows."""

    ground: Ground
    incident: Incident
    number: str
    now: datetime
    chance: random.Random
    reporter: Person | None = None
    row: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    ratings: list[dict[str, Any]] = field(default_factory=list)
    last: datetime = field(init=False)

    def __post_init__(self) -> None:
        i, ground = self.incident, self.ground
        rule = ground.rule(i.message_type, i.category, i.priority, i.at)
        department = ground.owner(i.category, i.unit)
        unit = ground.units[i.unit].name if i.unit else None
        name = self.reporter.name if self.reporter else None
        self.last = i.at
        self.row = {
            "id": new_id(self.chance),
            "number": self.number,
            "message_type": i.message_type,
            "category": i.category,
            "title": title_of(i.description),
            "description": nfc(i.description),
            "status": Status.NEW,
            "priority": i.priority,
            "place_text": i.place_text,
            "unit_code": i.unit,
            "lat": i.lat,
            "lon": i.lon,
            "department_code": department,
            "citizen_id": self.reporter.citizen_id if self.reporter else None,
            "conversation_id": self.conversation_id,
            "channel": i.channel,
            "contact_name": name,
            "opened_at": i.at,
            "first_response_due_at": ground.work.add(i.at, rule.first_response_minutes),
            "due_at": ground.work.add(i.at, rule.resolution_minutes),
            "deadline_rule": rule.code,
            "reopen_count": 0,
            "signals": i.signals,
            "signals_cleared": [],
            "folded": searchable(self.number, i.description, i.place_text, unit, name),
            "demo": True,
            "version": 1,
        } | dict.fromkeys(EMPTY)
        self._event(Deed.OPEN, i.at, "staff" if self.conversation_id is None else "citizen", None, {"department": department})

    @property
    def conversation_id(self) -> uuid.UUID | None:
        return self.reporter.conversation_id if self.reporter else None

    # what people do

    def do(self, deed: Deed, at: datetime, actor: str = "staff", **data: Any) -> datetime:
        """One deed at `at` (later if the one before was later); the clock first does what was due. Raises `Over`."""
        at = max(at, self.last + PUSH)
        self.clock_until(min(at, self.now))
        if at >= self.now:
            raise Over
        before = self.row["status"]
        self.row["status"] = next_status(before, deed)
        self._event(deed, at, actor, before, data)
        return at

    def accept(self, at: datetime) -> datetime:
        at = self.do(Deed.ACCEPT, at)
        self.row["assignee_id"] = self.ground.hands.get(self.row["department_code"])
        self._answered(at)
        return at

    def ask_back(self, at: datetime, text: str) -> datetime:
        at = self.do(Deed.ASK_BACK, at, text=text)
        self._answered(at)
        self.row["waiting_since"] = at
        return at

    def citizen_answer(self, at: datetime, text: str) -> datetime:
        at = self.do(Deed.CITIZEN_ANSWER, at, "citizen", text=text)
        stood = self.ground.work.minutes_between(self.row["waiting_since"], at)
        self.row["due_at"], self.row["waiting_since"] = self.ground.work.add(self.row["due_at"], stood), None
        return at

    def forward(self, at: datetime, department: str, reason: str) -> datetime:
        left = self.row["department_code"]
        at = self.do(Deed.FORWARD, at, from_department=left, department=department, reason=reason)
        self.row["department_code"], self.row["assignee_id"] = department, None
        return at

    def reply(self, at: datetime, text: str) -> datetime:
        at = self.do(Deed.REPLY, at, text=text)
        self._answered(at)
        return at

    def extend(self, at: datetime, minutes: int, reason: str) -> datetime:
        at = max(at, self.last + PUSH)
        before = self.row["due_at"]
        due = self.ground.work.add(max(before, at), minutes)
        self.do(Deed.EXTEND, at, reason=reason, before=before.isoformat(), due_at=due.isoformat())
        self.row["due_at"], self.row["warned_at"] = due, None
        return at

    def finish(self, deed: Deed, at: datetime, text: str) -> datetime:
        """Resolve or reject."""
        due = {"due_at": self.row["due_at"].isoformat()} if deed == Deed.RESOLVE else {}
        at = self.do(deed, at, text=text, **due)
        self._answered(at)
        self.row |= {"answer": text, "resolved_at": at, "waiting_since": None}
        return at

    def rate(self, at: datetime, score: int, comment: str | None) -> datetime:
        at = self.do(Deed.RATE, at, "citizen", score=score, **({"comment": comment} if comment else {}))
        given = {"round": self.row["reopen_count"], "score": score, "comment": comment, "at": at}
        self.ratings.append({"ticket_id": self.row["id"], "conversation_id": self.conversation_id} | given)
        self.row |= {"rating": score, "rating_comment": comment, "closed_at": self.row["closed_at"] or at}
        return at

    def reopen(self, at: datetime, text: str) -> datetime:
        count = self.row["reopen_count"] + 1
        at = self.do(Deed.REOPEN, at, "citizen", text=text, round=count)
        priority = escalated_priority(count, self.row["priority"])
        rule = self.ground.rule(self.incident.message_type, self.incident.category, priority, at)
        gone = ("resolved_at", "closed_at", "overdue_at", "warned_at", "rating", "rating_comment")
        self.row |= dict.fromkeys(gone) | {"reopen_count": count, "priority": priority, "deadline_rule": rule.code}
        self.row["due_at"] = self.ground.work.add(at, rule.resolution_minutes)
        return at

    def withdraw(self, at: datetime) -> datetime:
        at = self.do(Deed.WITHDRAW, at, "citizen")
        self.row["closed_at"] = at
        return at

    def merge(self, at: datetime, main: "Life") -> datetime:
        at = self.do(Deed.MERGE, at, into=main.number)
        self.row["merged_into_id"] = main.row["id"]
        return at

    def _answered(self, at: datetime) -> None:
        self.row["first_answered_at"] = self.row["first_answered_at"] or at

    # what the clock does: as api.tickets.clock

    def clock_until(self, until: datetime) -> None:
        if self.row["status"] == Status.RESOLVED:
            self._close(until)
        elif self.row["status"] in RUNNING:
            self._warn(until)
            self._mark_late(until)
            self._escalate(until)

    def _close(self, until: datetime) -> None:
        at = self.row["resolved_at"] + timedelta(days=pack()["close_after_days"]) + SWEEP
        if at <= until:
            self.row |= {"status": Status.CLOSED, "closed_at": at}
            self._event(Deed.CLOSE, at, "clock", Status.RESOLVED, {})

    def _warn(self, until: datetime) -> None:
        at = max(self.ground.work.add(self.row["due_at"], -pack()["warn_before_minutes"]), self.last) + SWEEP
        if self.row["warned_at"] is None and at < self.row["due_at"] and at <= until:
            self.row["warned_at"] = at
            self._tick(Deed.WARN, at)

    def _mark_late(self, until: datetime) -> None:
        at = max(self.row["due_at"], self.last) + SWEEP
        if self.row["overdue_at"] is None and at <= until:
            self.row["overdue_at"] = self.row["warned_at"] = at
            self._tick(Deed.OVERDUE, at)

    def _escalate(self, until: datetime) -> None:
        if self.row["overdue_at"] is None or self.row["priority"] != Priority.NORMAL:
            return
        at = max(self.row["overdue_at"] + ESCALATE_AFTER, self.row["due_at"], self.last) + SWEEP
        if at <= until:
            self.row["priority"] = Priority.HIGH
            self._tick(Deed.ESCALATE, at)

    def _tick(self, deed: Deed, at: datetime) -> None:
        self._event(deed, at, "clock", self.row["status"], {"due_at": self.row["due_at"].isoformat()})

    def _event(self, deed: Deed, at: datetime, actor: str, before: str | None, data: dict[str, Any]) -> None:
        public = deed not in INTERNAL
        self.last = at
        self.events.append(
            {
                "ticket_id": self.row["id"],
                "kind": deed,
                "at": at,
                "actor": actor,
                "staff_id": self.ground.hands.get(self.row["department_code"]) if actor == "staff" else None,
                "from_status": before,
                "to_status": self.row["status"],
                "data": data,
                "public": public,
                "announced_at": at if public else None,
            }
        )
