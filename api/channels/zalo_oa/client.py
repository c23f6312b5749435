"""The Official Account's API over HTTP: one call, and what its error numbers mean."""

from functools import lru_cache
from typing import Any

import httpx

from api.channels.contract import Account, Failure, SendFailure
from api.channels.web_calls import CALL_SECONDS, broken_call, by_status, on_loopback

BASE_URL = "https://openapi.zalo.me"
TOKEN_URL = "https://oauth.zaloapp.com/v4/oa/access_token"  # noqa: S105 - an address
STALE_TOKEN = {-216, -220, -124}  # the access token has expired (-124: told by notices): a new one may help
_MEANINGS = {
    Failure.BUSY: {-32},
    Failure.QUOTA: {-211, -218},
    Failure.ACCOUNT: {-202, -204, -205, -207, -209, -212, -216, -219, -220, -221, -224},
    Failure.UNREACHABLE: {-213, -217, -227, -244},
    Failure.WINDOW: {-230, -232, -234},
    Failure.PASSING: {-100, -200},
}


class StaleToken(SendFailure):
    """The access token is no longer good."""

    def __init__(self) -> None:
        super().__init__("zalo oa: the access token has expired", Failure.ACCOUNT)


@lru_cache(maxsize=2)
def http(loopback: bool) -> httpx.Client:
    return httpx.Client(timeout=CALL_SECONDS, trust_env=not loopback, limits=httpx.Limits(max_connections=32))


def call(account: Account, method: str, path: str, token: str, **body: Any) -> dict[str, Any]:
    """One call with an access token; returns its `data`. Raises `SendFailure`."""
    client = http(on_loopback(account, BASE_URL))
    try:
        answer = client.request(method, account.base_url(BASE_URL) + path, headers={"access_token": token}, **body)
    except httpx.HTTPError as error:
        raise broken_call(error) from error
    return _data(answer)


def _data(answer: httpx.Response) -> dict[str, Any]:
    trouble = by_status(answer.status_code)
    if trouble:
        raise trouble
    try:
        envelope = answer.json()
        code = int(envelope.get("error", 0))
    except (ValueError, AttributeError, TypeError) as error:
        # taken, perhaps, but told in a way that nobody understands
        kind = Failure.UNKNOWN if answer.is_success else Failure.PERMANENT
        raise SendFailure("zalo oa: no JSON", kind) from error
    if code:
        raise refusal(code)
    data = envelope.get("data")
    return data if isinstance(data, dict) else {}


def refusal(code: int) -> SendFailure:
    """An error number as a failure. One that nobody has described is permanent: it shows up in the console."""
    if code in STALE_TOKEN:
        return StaleToken()
    kind = next((kind for kind, codes in _MEANINGS.items() if code in codes), Failure.PERMANENT)
    return SendFailure(f"zalo oa: error {code}", kind)
