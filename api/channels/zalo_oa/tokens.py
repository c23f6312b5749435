"""The Official Account's tokens. A refresh token works once: its successor must be on disk before anything else happens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select

from api.channels import vault
from api.channels.contract import Account, Failure, SendFailure
from api.channels.models import ChannelAccount
from api.channels.web_calls import broken_call, by_status, on_loopback
from api.channels.zalo_oa.client import BASE_URL, TOKEN_URL, http
from api.core.db import transaction

EARLY = timedelta(minutes=10)  # before it expires a token is replaced
LIFE = 3600.0  # seconds, where the platform does not say


def access_token(account: Account, *, not_this: str | None = None) -> str:
    """A token that is good for a while. `not_this`: one that the platform has just refused.

    Several workers ask at once; the row's lock lets one of them ask the platform, the others find its answer.
    """
    token = str(account.secrets.get("access_token") or "")
    if token and token != not_this and _fresh(account.secrets):
        return token
    with transaction() as session:
        row = session.scalar(
            select(ChannelAccount)
            .where(ChannelAccount.channel == account.channel, ChannelAccount.account == account.account)
            .with_for_update()
        )
        if row is None:
            raise SendFailure("zalo oa: not connected", Failure.ACCOUNT)
        secrets = vault.unlock(row.secrets)
        if secrets.get("access_token") == not_this or not _fresh(secrets):
            secrets |= exchange(account, secrets)
            row.secrets = vault.lock(secrets)
        return str(secrets["access_token"])


def exchange(account: Account, secrets: Any) -> dict[str, Any]:
    """Give the refresh token away for a new pair. Raises `SendFailure`."""
    form = {
        "refresh_token": str(secrets.get("refresh_token") or ""),
        "app_id": str(secrets.get("app_id") or ""),
        "grant_type": "refresh_token",
    }
    url = str(account.settings.get("token_url") or TOKEN_URL)
    headers = {"secret_key": str(secrets.get("app_secret") or "")}
    try:
        answer = http(on_loopback(account, BASE_URL)).post(url, data=form, headers=headers)
    except httpx.HTTPError as error:
        # the message that waits for the token has certainly not left
        raise SendFailure(str(broken_call(error)), Failure.PASSING) from error
    if by_status(answer.status_code):
        raise SendFailure(f"zalo oa: token status {answer.status_code}", Failure.PASSING)
    return _pair(answer)


def _pair(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
        pair = {"access_token": str(told["access_token"]), "refresh_token": str(told["refresh_token"])}
        seconds = float(told.get("expires_in") or LIFE)
    except (ValueError, KeyError, TypeError) as error:
        raise SendFailure("zalo oa: the refresh token was refused", Failure.ACCOUNT) from error
    return pair | {"expires_at": (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()}


def _fresh(secrets: Any) -> bool:
    told = secrets.get("expires_at")
    # a token pasted in by hand tells nothing of its age: it is used until the platform refuses it
    return bool(secrets.get("access_token")) and (not told or datetime.fromisoformat(told) - EARLY > datetime.now(UTC))
