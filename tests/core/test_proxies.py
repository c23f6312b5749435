"""Who the client is behind a reverse proxy: believed of those that the operator names, of nobody else."""

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from api import serve
from api.core.settings import Settings, get_settings


async def whoami(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})


def create() -> Any:
    return whoami


async def client_behind(proxy: str, forwarded: str) -> str:
    config = serve.config("tests.core.test_proxies:create")
    config.load()
    transport = httpx.ASGITransport(config.loaded_app, client=(proxy, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return (await client.get("/", headers={"x-forwarded-for": forwarded})).text


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("trusted", "proxy", "forwarded", "client"),
    [
        ("127.0.0.1", "127.0.0.1", "113.160.1.2", "113.160.1.2"),
        ("127.0.0.1", "172.18.0.1", "113.160.1.2", "172.18.0.1"),
        ("172.16.0.0/12, 127.0.0.1", "172.18.0.1", "113.160.1.2", "113.160.1.2"),
        # what a client writes there himself stands further left
        ("10.0.0.7", "10.0.0.7", "1.1.1.1, 113.160.1.2", "113.160.1.2"),
        ("", "127.0.0.1", "113.160.1.2", "127.0.0.1"),
    ],
)
async def test_only_a_named_proxy_is_believed(
    monkeypatch: pytest.MonkeyPatch, trusted: str, proxy: str, forwarded: str, client: str
) -> None:
    monkeypatch.setattr(get_settings(), "trusted_proxies", trusted)
    assert await client_behind(proxy, forwarded) == client


def test_a_word_that_is_no_address_stops_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGNGHE_TRUSTED_PROXIES", "127.0.0.1, proxy")
    with pytest.raises(ValidationError, match="trusted_proxies"):
        Settings()  # type: ignore[call-arg]
