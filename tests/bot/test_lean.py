"""What a model brings with it, whoever loads it: Rasa does not ask at each message what it has asked before."""

import asyncio
from typing import Any

import dask
import dask.core
import pytest
from rasa.core.agent import Agent
from rasa.shared.core.domain import Domain

from tests.bot.test_trained_bot import MODEL


@pytest.fixture(scope="module")
def agent() -> Agent:
    Agent.load(str(MODEL))
    return Agent.load(str(MODEL))  # as after a new model has gone live


def ask(agent: Agent, text: str) -> dict[str, Any]:
    return asyncio.run(agent.parse_message(text))


def test_the_domain_is_compared_once(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask(agent, "đèn đường hỏng")

    def again() -> Domain:
        raise AssertionError("an empty domain was made for a parse")

    monkeypatch.setattr(Domain, "empty", again)
    assert ask(agent, "đèn đường hỏng")["intent"] == first["intent"]


def test_an_empty_domain_is_still_empty(agent: Agent) -> None:
    for domain, empty in ((Domain.empty(), True), (Domain.from_dict({"intents": ["greet"]}), False)):
        assert [domain.is_empty(), domain.is_empty()] == [empty, empty]


def test_the_graph_runs_in_the_calling_thread(agent: Agent) -> None:
    assert dask.get is dask.core.get
    assert not hasattr(Domain.is_empty.__wrapped__, "__wrapped__")
