"""What goes wrong at a platform is written down without a token or a key, even where everything is written down."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from api.channels import accounts
from api.channels.zalo import channel as zalo_channel
from api.channels.zalo_oa import client as oa_client
from api.core import logs
from api.core.db import transaction
from api.core.settings import get_settings
from tests.channels.lan import Lan

NOT_SECRET = {"app_id"}


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Logging as LANGNGHE_LOG_LEVEL=debug sets it up."""
    monkeypatch.setenv("LANGNGHE_LOG_LEVEL", "debug")
    get_settings.cache_clear()
    logs.set_up()
    with caplog.at_level(logging.DEBUG):
        yield caplog
    monkeypatch.undo()
    get_settings.cache_clear()
    logs.set_up()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Calls are given up at once, so that a slow answer is a time-out without a sleep."""
    monkeypatch.setattr(oa_client, "CALL_SECONDS", httpx.Timeout(0.3))
    monkeypatch.setattr(zalo_channel, "strict_bot", _hasty(zalo_channel.strict_bot))
    _forget_clients()
    yield
    monkeypatch.undo()
    _forget_clients()


def _hasty(make: Callable[..., Any]) -> Callable[..., Any]:
    def made(*args: Any, **options: Any) -> Any:
        bot = make(*args, **options)
        for request in bot._request:
            request._client.timeout = httpx.Timeout(0.3)
            request._client_kwargs["timeout"] = httpx.Timeout(0.3)
        return bot

    return made


def _forget_clients() -> None:
    oa_client.http.cache_clear()
    zalo_channel._client.cache_clear()


def secrets_of(her: Lan) -> list[str]:
    """What is kept now and what was kept at first: a token that was exchanged is no more to be read than its successor."""
    kept = {**her.there.account.secrets}.items(), accounts.opened(her.account()).secrets.items()
    return [str(value) for items in kept for name, value in items if name not in NOT_SECRET]


@pytest.mark.parametrize("name", ["zalo", "zalo_oa"])
@pytest.mark.parametrize("fault", [None, "500", "408", "429", "reset", "garbage", "reset_after"])
def test_no_secret_is_written_down(
    lan: Callable[..., Lan], everything: pytest.LogCaptureFixture, name: str, fault: str | None
) -> None:
    her = lan(name)
    her.there.control.faults(*[fault] if fault else [])
    her.told("một")
    her.deliver()
    assert not [secret for secret in secrets_of(her) if secret in everything.text]


@pytest.mark.parametrize("name", ["zalo", "zalo_oa"])
def test_no_secret_is_written_down_when_nobody_answers(
    lan: Callable[..., Lan], everything: pytest.LogCaptureFixture, impatient: None, name: str
) -> None:
    her = lan(name)
    her.there.control.faults("slow", slow_seconds=1.5)
    her.told("một")
    her.deliver()
    assert her.states == ["unknown"]
    assert not [secret for secret in secrets_of(her) if secret in everything.text]


def test_no_secret_is_written_down_when_tokens_are_exchanged(
    lan: Callable[..., Lan], everything: pytest.LogCaptureFixture
) -> None:
    her = lan("zalo_oa")
    her.there.control.set(access="newer")
    her.told("một")
    her.deliver_all()
    assert her.heard == ["một"]
    her.there.control.set(access="newest", refresh="another")  # neither is good any more
    her.told("hai")
    her.deliver()
    assert her.account().state == "refused"
    assert not [secret for secret in secrets_of(her) if secret in everything.text]


@pytest.mark.parametrize("name", ["zalo", "zalo_oa"])
def test_a_refused_account_is_written_down_without_its_secrets(
    lan: Callable[..., Lan], everything: pytest.LogCaptureFixture, name: str
) -> None:
    her = lan(name)
    row, wrong = her.there.account, {key: f"wrong-{key}-1234" for key in her.there.account.secrets}
    with transaction() as session:
        accounts.connect(session, name, row.account, name="", settings=row.settings, secrets=wrong, now=her.clock.now())
    her.told("một")
    her.deliver()
    assert her.account().state == "refused"
    assert "the platform refuses the account" in everything.text
    assert not [secret for secret in secrets_of(her) if secret in everything.text]
