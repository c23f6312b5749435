"""Zalo Bot: the calls we make, and what its errors mean. It has no buttons, no place and no receipts."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from api.channels import loop
from api.channels.contract import (
    Account,
    Address,
    Capabilities,
    Event,
    Failure,
    Limits,
    MediaGone,
    MediaRef,
    Piece,
    SendFailure,
)
from api.channels.web_calls import broken_call, by_status, download, on_loopback
from api.channels.zalo.parse import NAME, parse
from api.channels.zalo.strict import Refused, ZaloError, strict_bot
from api.core.security import same

BASE_URL = "https://bot-api.zaloplatforms.com"
IDLE = 408  # how the platform says that nobody wrote


class ZaloBotChannel:
    name = NAME
    capabilities = Capabilities(buttons=False, location_request=False, images=True, cards=False, text_limit=2000)
    # the rate is documented nowhere; the month's quota is that of the free plan
    limits = Limits(per_second=20, burst=20, chat_per_second=2, chat_burst=6, per_month=3000)

    def send(self, to: Address, piece: Piece, *, key: str, account: Account) -> str | None:
        bot = _bot(account)
        if piece.photo is not None:
            call = bot._post("sendPhoto", {"chat_id": to.chat_id, "photo": piece.photo.url})
        else:
            # neither parse_mode nor text_styles: what a citizen wrote is never markup
            call = bot._post("sendMessage", {"chat_id": to.chat_id, "text": piece.text})
        sent = loop.wait(_answered(call))
        return str(sent["message_id"]) if isinstance(sent, dict) and sent.get("message_id") else None

    def authentic(self, account: Account, headers: Mapping[str, str], body: bytes) -> bool:
        secret = str(account.secrets.get("webhook_secret") or "")
        return bool(secret) and same(headers.get("x-bot-api-secret-token", ""), secret)

    def parse(self, account: str, payload: Mapping[str, Any]) -> list[Event]:
        return parse(account, payload)

    def fetch(self, account: Account, ref: MediaRef, limit: int) -> bytes:
        if not ref.url:
            raise MediaGone
        return download(ref.url, limit, loopback=on_loopback(account, BASE_URL))

    def confirm(self, account: Account, receipt: str) -> None:
        """There are no buttons, so there is nothing to confirm."""

    def poll(self, account: Account, cursor: str | None, seconds: int) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        """One event at most; the platform knows no confirmation, so what is lost after this call is lost (development only)."""
        call = _bot(account)._post("getUpdates", {"timeout": str(seconds)}, read_timeout=seconds + 10)
        try:
            update = loop.wait(_answered(call, idle=True))
        except SendFailure as failure:
            if failure.kind == Failure.UNKNOWN:
                raise SendFailure(str(failure), Failure.PASSING) from failure
            raise
        return ([update] if isinstance(update, dict) else []), cursor

    def check(self, account: Account) -> tuple[str, str]:
        me = loop.wait(_answered(_bot(account)._post("getMe")))
        if not isinstance(me, dict) or not me.get("id"):
            raise SendFailure("zalo: getMe tells nothing", Failure.ACCOUNT)
        return str(me["id"]), str(me.get("display_name") or me.get("account_name") or me["id"])

    def set_webhook(self, account: Account, url: str | None) -> str | None:
        bot = _bot(account)
        if url is None:
            loop.wait(_answered(bot._delete_webhook_async()))
        else:
            loop.wait(_answered(bot._set_webhook_async(url, str(account.secrets["webhook_secret"]))))
        return None


def _bot(account: Account) -> Any:
    return _client(str(account.secrets.get("token", "")), account.base_url(BASE_URL), on_loopback(account, BASE_URL))


@lru_cache(maxsize=32)
def _client(token: str, base_url: str, loopback: bool) -> Any:
    if not token:
        raise SendFailure("no token", Failure.ACCOUNT)

    async def make() -> Any:  # on the loop that will use it
        return strict_bot(token, base_url, loopback=loopback)

    return loop.wait(make())


async def _answered(call: Any, *, idle: bool = False) -> Any:
    """The result of a call, its errors as `SendFailure`. `idle`: 408 only says that nobody wrote."""
    try:
        return await call
    except Refused as refused:
        if idle and refused.code == IDLE:
            return None
        raise _refusal(refused.code) from refused
    except ZaloError as trouble:
        raise broken_call(trouble.__cause__ or trouble) from trouble


def _refusal(code: int) -> SendFailure:
    if code == 429:
        return SendFailure("zalo: 429 quota exceeded", Failure.QUOTA)
    if code == 401:
        return SendFailure("zalo: 401 token refused", Failure.ACCOUNT)
    # 403 is documented as "internal server error"
    if code in {403, IDLE}:
        return SendFailure(f"zalo: {code}", Failure.PASSING)
    return by_status(code) or SendFailure(f"zalo: {code}", Failure.PERMANENT)
