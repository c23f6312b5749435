"""The figures of a history counted on paper, on real PostgreSQL."""

from datetime import date

from sqlalchemy.orm import Session

from api.metrics.rules import Period, Span
from api.metrics.scope import Scope
from api.metrics.service import Report, report
from api.tickets.work import ask_back, reject
from tests.cast import CLEANING, LIGHTING, Cast
from tests.metrics.conftest import ZONE, History, at

EVERYTHING = Scope()
WEEK = Period(Span.CUSTOM, at(17, "00:00"), at(24, "00:00"))


def seen(db: Session, scope: Scope = EVERYTHING, over: Period = WEEK) -> Report:
    return report(db, over, scope, at(24, "00:00"))


def test_times_are_working_minutes_over_the_weekend(db: Session, history: History) -> None:
    ticket = history.opened(at(20, "16:50"))  # Friday, ten minutes before closing
    history.accepted(ticket, at(23, "07:40"))  # Monday: ten and ten minutes
    history.resolved(ticket, at(23, "09:30"))
    made = seen(db).overview.figures
    assert (made.received, made.solved) == (1, 1)
    assert made.first_answer == 20
    assert made.solution == 130
    assert made.on_time == 1.0


def test_the_median_is_the_middle_one(db: Session, history: History) -> None:
    for minutes in ("08:10", "08:40", "11:00"):
        history.accepted(history.opened(at(19, "08:00")), at(19, minutes))
    assert seen(db).overview.figures.first_answer == 40


def test_each_solution_is_judged_by_the_due_moment_it_had(db: Session, history: History) -> None:
    """Reopening gives a fresh clock; the late first solution stays late in its own week."""
    ticket = history.opened(at(2, "07:30"))  # due after five working days: Friday 6 November, 17:00
    assert ticket.due_at == at(6, "17:00")
    history.resolved(ticket, at(12, "08:00"))
    history.reopened(ticket, at(17, "08:00"))
    history.resolved(ticket, at(18, "08:00"))
    first = seen(db, over=Period(Span.CUSTOM, at(9, "00:00"), at(14, "00:00"))).overview.figures
    second = seen(db).overview.figures
    assert (first.solved, first.late, first.on_time) == (1, 1, 0.0)
    assert (second.solved, second.late, second.on_time) == (1, 0, 1.0)
    assert second.reopened == 1.0
    assert first.reopened == 0.0


def test_a_merged_duplicate_is_received_but_not_solved(db: Session, history: History) -> None:
    main, copy = history.opened(at(18, "08:00")), history.opened(at(18, "09:00"))
    history.merged(copy, main, at(18, "10:00"))
    history.resolved(main, at(19, "08:00"))
    made = seen(db).overview.figures
    assert (made.received, made.solved) == (2, 1)


def test_a_rejection_answers_but_solves_nothing(db: Session, history: History, cast: Cast) -> None:
    ticket = history.opened(at(18, "08:00"))
    reject(db, ticket, cast.vu, "Không thuộc thẩm quyền.", at(18, "09:00"))
    made = seen(db).overview.figures
    assert (made.received, made.solved, made.first_answer) == (1, 0, 60)


def test_satisfaction_and_response(db: Session, history: History) -> None:
    tickets = [history.opened(at(17, "08:00")) for _ in range(4)]
    for ticket in tickets:
        history.resolved(ticket, at(18, "08:00"))
    history.rated(tickets[0], 5, at(18, "10:00"))
    history.rated(tickets[1], 2, at(19, "10:00"))
    made = seen(db).overview.figures
    assert (made.stars, made.satisfied, made.ratings, made.response) == (3.5, 0.5, 2, 0.5)


def test_overdue_now_leaves_out_who_waits_for_the_citizen(db: Session, history: History, cast: Cast) -> None:
    history.opened(at(2, "08:00"))
    waits = history.opened(at(2, "08:00"))
    ask_back(db, waits, cast.vu, "Ở đâu ạ?", at(3, "08:00"))
    # Lan's ticket of October is late as well
    assert seen(db).overview.figures.overdue == 2


def test_overdue_at_the_end_of_a_past_period_is_what_was_late_then(db: Session, history: History) -> None:
    ticket = history.opened(at(2, "07:30"))
    history.swept(ticket, at(6, "17:01"))
    past = Period(Span.CUSTOM, at(2, "00:00"), at(9, "00:00"))
    early = Period(Span.CUSTOM, at(2, "00:00"), at(5, "00:00"))
    history.resolved(ticket, at(10, "08:00"))
    assert seen(db, over=past).overview.figures.overdue == 1
    assert seen(db, over=early).overview.figures.overdue == 0
    assert seen(db, over=Period(Span.CUSTOM, at(2, "00:00"), at(11, "00:00"))).overview.figures.overdue == 0


def test_the_period_before_stands_beside_it_or_is_unknown(db: Session, history: History) -> None:
    assert seen(db).overview.earlier is None
    for day in (11, 12, 18):
        history.opened(at(day, "08:00"))
    made = seen(db).overview
    assert made.previous.days(ZONE) == (date(2026, 11, 10), date(2026, 11, 16))
    assert made.earlier is not None
    assert (made.earlier.received, made.figures.received) == (2, 1)


def test_breakdowns_add_up_and_the_most_overdue_department_comes_first(db: Session, history: History) -> None:
    history.opened(at(18, "08:00"), category="waste", unit_code="10532")
    history.opened(at(18, "08:00"), category="waste", unit_code=None, place_text="đâu đó")
    history.opened(at(19, "08:00"))
    made = seen(db)
    rows = {name: {row.key: row.figures.received for row in made.by[name]} for name in made.by}
    assert rows["department"] == {LIGHTING: 1, CLEANING: 2}
    assert made.by["department"][0].key == LIGHTING  # Lan's ticket of October is late there
    assert rows["category"] == {"waste": 2, "street_light": 1}
    assert rows["unit"] == {"10532": 1, None: 1, "10525": 1}
    assert rows["channel"] == {"web": 3}
    assert [(b.first, b.received) for b in made.when if b.received] == [(date(2026, 11, 18), 2), (date(2026, 11, 19), 1)]


def test_a_scope_counts_its_own_department_only(db: Session, history: History) -> None:
    history.opened(at(18, "08:00"))
    history.resolved(history.opened(at(18, "08:00"), category="waste"), at(19, "08:00"))
    lighting, cleaning = (seen(db, Scope(code)).overview.figures for code in (LIGHTING, CLEANING))
    assert (lighting.received, lighting.solved, lighting.overdue) == (1, 0, 1)
    assert (cleaning.received, cleaning.solved, cleaning.overdue) == (1, 1, 0)


def test_invented_history_can_be_left_out(db: Session, history: History) -> None:
    history.opened(at(18, "08:00"), demo=True)
    history.opened(at(18, "08:00"))
    assert seen(db).overview.figures.received == 2
    assert seen(db, Scope(demo=False)).overview.figures.received == 1
