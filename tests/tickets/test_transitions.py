"""The life of a ticket is one table: every pair of state and deed is either in it or refused."""

import itertools

import pytest

from api.departments.models import Role, Staff
from api.tickets.access import allowed_actions, may_see, may_see_contact
from api.tickets.models import Status, Ticket
from api.tickets.rules import TRANSITIONS, Deed, NotAllowedNow, next_status, possible

# state → deed → next state, written out a second time on purpose: a slip in the table shows here
WORK = {
    "assign",
    "note",
    "reply",
    "recategorise",
    "prioritise",
    "extend",
    "warn",
    "overdue",
    "escalate",
    "add",
    "mark",
    "unmark",
}
MOVES = {
    "new": {
        "accept": "in_progress",
        "ask_back": "waiting",
        "resolve": "resolved",
        "reject": "rejected",
        "withdraw": "withdrawn",
        "forward": "new",
        "return": "new",
        "merge": "merged",
    },
    "in_progress": {
        "ask_back": "waiting",
        "resolve": "resolved",
        "reject": "rejected",
        "forward": "new",
        "return": "new",
        "merge": "merged",
    },
    "waiting": {
        "citizen_answer": "in_progress",
        "accept": "in_progress",
        "resolve": "resolved",
        "reject": "rejected",
        "forward": "new",
        "return": "new",
        "merge": "merged",
    },
    "resolved": {"rate": "closed", "reopen": "in_progress", "close": "closed", "note": "resolved", "reply": "resolved"},
    "closed": {"rate": "closed", "reopen": "in_progress", "note": "closed", "reply": "closed"},
    "rejected": {"reopen": "in_progress", "note": "rejected", "reply": "rejected"},
    "merged": {"unmerge": "new", "note": "merged"},
    "withdrawn": {"note": "withdrawn", "reply": "withdrawn"},
}
EXPECTED = {(state, deed): state for state in ("new", "in_progress", "waiting") for deed in WORK} | {
    (state, deed): target for state, moves in MOVES.items() for deed, target in moves.items()
}


@pytest.mark.parametrize(("state", "deed"), list(itertools.product(Status, Deed)))
def test_every_pair_is_listed_or_refused(state: Status, deed: Deed) -> None:
    if (state, deed) in EXPECTED:
        assert next_status(state, deed) == EXPECTED[state, deed]
    else:
        with pytest.raises(NotAllowedNow):
            next_status(state, deed)


def test_the_table_has_nothing_else() -> None:
    assert {(str(state), str(deed)): str(target) for (state, deed), target in TRANSITIONS.items()} == EXPECTED


def _staff(role: Role, department: str | None) -> Staff:
    return Staff(id=1, username="x", name="x", password_hash="", role=role, department_code=department)


@pytest.mark.parametrize("state", Status)
def test_buttons_come_from_the_table_and_the_role(state: Status) -> None:
    ticket = Ticket(status=state, department_code="chieu_sang")
    assert allowed_actions(_staff(Role.CLERK, "chieu_sang"), ticket) <= possible(state)
    assert allowed_actions(_staff(Role.CLERK, "cay_xanh"), ticket) == set()
    assert allowed_actions(_staff(Role.LEADER, None), ticket) <= {Deed.NOTE, Deed.PRIORITISE}
    assert Deed.EXTEND not in allowed_actions(_staff(Role.CLERK, "chieu_sang"), ticket)
    # what citizens and the clock do is never a button
    every = allowed_actions(_staff(Role.ADMIN, None), ticket)
    assert not every & {
        Deed.RATE,
        Deed.REOPEN,
        Deed.CLOSE,
        Deed.WARN,
        Deed.OVERDUE,
        Deed.ESCALATE,
        Deed.CITIZEN_ANSWER,
        Deed.ADD,
        Deed.MARK,
    }


def test_a_leader_reads_without_names_and_phones() -> None:
    ticket = Ticket(status=Status.NEW, department_code="chieu_sang")
    leader = _staff(Role.LEADER, None)
    assert may_see(leader, ticket)
    assert not may_see_contact(leader, ticket)
    assert may_see_contact(_staff(Role.CLERK, "chieu_sang"), ticket)
    assert not may_see_contact(_staff(Role.CLERK, "cay_xanh"), ticket)
