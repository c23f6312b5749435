"""How a ticket is handled in the invented year: quick and slow departments, questions, late answers, verdicts."""

import random
from contextlib import suppress
from datetime import datetime, timedelta

from api.demo.life import Life, Over
from api.tickets.rules import Deed

SPREAD = 0.5  # of the logarithm of the time taken
DAY = 480  # working minutes


def tell(life: Life, main: Life | None) -> None:
    """Live through the whole story up to now. `main`: the ticket that this one turns out to duplicate."""
    with suppress(Over):
        if main is None:
            _handle(life)
        else:
            life.merge(_later(life, life.last, life.chance.uniform(10, 200)), main)
    life.clock_until(life.now)


def _later(life: Life, at: datetime, minutes: float) -> datetime:
    return life.ground.work.add(at, max(1, int(minutes))) + timedelta(seconds=life.chance.randrange(60))


def _handle(life: Life) -> None:
    chance, words, opened = life.chance, life.ground.words, life.incident.at
    if life.incident.message_type == "emergency" and life.conversation_id and chance.random() < 0.3:
        life.withdraw(opened + timedelta(seconds=chance.uniform(20, 200)))
        return
    _find_owner(life)
    total = _total(life)
    rule = life.ground.rule(life.incident.message_type, life.incident.category, life.incident.priority, opened)
    pace = life.ground.pace[life.row["department_code"]]
    first = min(rule.first_response_minutes * pace * chance.lognormvariate(-0.2, 0.8), total * 0.6)
    life.accept(_later(life, opened, first))
    if chance.random() < 0.035:
        life.finish(Deed.REJECT, _later(life, life.last, total * 0.3), chance.choice(words["reject"]))
        return
    if chance.random() < 0.12 and not _ask(life):
        return
    _meanwhile(life, opened, total, rule.resolution_minutes)
    _resolve(life, _later(life, opened, total))


def _find_owner(life: Life) -> None:
    """The desk passes on what nobody could route; now and then a department passes on what is not its own."""
    chance, ground, i = life.chance, life.ground, life.incident
    owner = life.row["department_code"]
    if owner == ground.desk:
        cities = [code for code, d in ground.departments.items() if d.kind == "city"]
        target = ground.owner("construction", i.unit) if i.unit else chance.choice(cities)
    elif i.unit and chance.random() < 0.05:
        target = ground.owner("construction", i.unit)
    else:
        return
    if target not in (owner, ground.desk):
        life.forward(_later(life, life.last, chance.uniform(20, 260)), target, chance.choice(ground.words["forward"]))


def _total(life: Life) -> float:
    """Working minutes from opening to the answer."""
    chance, i, owner = life.chance, life.incident, life.row["department_code"]
    rule = life.ground.rule(i.message_type, i.category, i.priority, i.at)
    total = rule.resolution_minutes * life.ground.pace[owner] * chance.lognormvariate(0, SPREAD)
    if i.stormy:
        total *= life.ground.settings["storm_slows"].get(owner, 1.0)
    stuck = life.ground.settings["stuck"]
    lately = life.now - i.at < timedelta(days=stuck["lately_days"])
    lies = chance.random() < (stuck["lately"] if lately else stuck["usual"])
    return max(25.0, min(total, 40 * DAY)) * (chance.uniform(2.5, 4.5) if lies else 1)


def _ask(life: Life) -> bool:
    """Ask the citizen back; False if the answer never came and the ticket ends with that."""
    chance, words = life.chance, life.ground.words
    asked = life.ask_back(_later(life, life.last, chance.uniform(30, 400)), chance.choice(words["ask_back"]))
    if chance.random() < 0.86:
        life.citizen_answer(asked + timedelta(hours=chance.expovariate(1 / 26)), chance.choice(words["citizen_answers"]))
        return True
    life.finish(Deed.REJECT, _later(life, asked, chance.uniform(8, 14) * DAY), words["reject"][-1])
    return False


def _meanwhile(life: Life, opened: datetime, total: float, allowed: int) -> None:
    chance, words = life.chance, life.ground.words
    if chance.random() < 0.2:
        life.do(Deed.NOTE, _later(life, opened, total * 0.5), text=chance.choice(words["notes"]))
    if chance.random() < 0.14:
        life.reply(_later(life, opened, total * 0.65), chance.choice(words["replies"]))
    if total > allowed * 0.95 and chance.random() < 0.15:
        life.extend(_later(life, opened, allowed * 0.9), min(allowed, 3 * DAY), chance.choice(words["extend"]))


def _resolve(life: Life, at: datetime) -> None:
    chance = life.chance
    answers = life.ground.stories[life.incident.category]["answers"]
    solved = life.finish(Deed.RESOLVE, at, chance.choice(answers))
    late = solved > life.row["due_at"]
    pace = life.ground.pace[life.row["department_code"]]
    if life.conversation_id is None:
        return  # who telephoned has no button to press
    unhappy = chance.random() < (0.03 + 0.06 * pace) * (1.4 if late else 1) * 0.6 ** life.row["reopen_count"]
    if chance.random() < 0.41:
        score = _score(chance, late or unhappy, pace)
        said = _comment(life, score)
        life.rate(solved + timedelta(hours=0.1 + min(chance.expovariate(1 / 11), 140)), score, said)
    if unhappy and life.row["reopen_count"] < 2:
        back = max(life.last, solved) + timedelta(hours=chance.uniform(2, 20))
        life.reopen(back, chance.choice(life.ground.words["not_fixed"]))
        _resolve(life, _later(life, life.last, _total(life) * 0.6))


def _score(chance: random.Random, bad: bool, pace: float) -> int:
    weights = [10, 15, 26, 30, 19] if bad else [2, 3, 9 + 6 * pace, 30, 62 - 22 * pace]
    return chance.choices([1, 2, 3, 4, 5], weights)[0]


def _comment(life: Life, score: int) -> str | None:
    if life.chance.random() > 0.3 or score == 3:
        return None
    return str(life.chance.choice(life.ground.words["praise" if score > 3 else "blame"]))
