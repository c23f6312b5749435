"""Telegram's Bot API: the calls we make, and what its errors mean."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import telegram
from telegram import error
from telegram.request import HTTPXRequest

from api.channels import loop
from api.channels.contract import (
    ASK_CONTACT,
    ASK_LOCATION,
    Account,
    Address,
    Button,
    Capabilities,
    Event,
    Failure,
    Limits,
    MediaGone,
    MediaRef,
    Piece,
    SendFailure,
    button_name,
)
from api.channels.telegram.parse import NAME, parse
from api.channels.web_calls import broken_call, by_status, on_loopback
from api.core.security import same

BASE_URL = "https://api.telegram.org"
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
LARGEST_FILE = 20_000_000  # bytes that Telegram lets a bot fetch
CONFIRMS_WITHIN = 10.0  # seconds; later the phone has given up by itself


class _Status(error.TelegramError):
    """The gateway's own trouble, which the library would tell from a broken connection by its words only."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class _Request(HTTPXRequest):
    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(*args, **kwargs)
        if status >= 500 or status == 408:
            raise _Status(status)
        return status, body


class TelegramChannel:
    name = NAME
    capabilities = Capabilities(
        buttons=True, location_request=True, contact_request=True, images=True, cards=False, text_limit=4096, max_buttons=20
    )
    # Telegram asks for at most 30 a second over all, and about one a second in a chat, where short bursts pass
    limits = Limits(per_second=25, burst=25, chat_per_second=1, chat_burst=5)

    def send(self, to: Address, piece: Piece, *, key: str, account: Account) -> str | None:
        bot = _bot(account)
        sent = loop.wait(_answered(_sending(bot, to.chat_id, piece, key)))
        return str(sent.message_id)

    def authentic(self, account: Account, headers: Mapping[str, str], body: bytes) -> bool:
        secret = str(account.secrets.get("webhook_secret") or "")
        return bool(secret) and same(headers.get("x-telegram-bot-api-secret-token", ""), secret)

    def parse(self, account: str, payload: Mapping[str, Any]) -> list[Event]:
        return parse(account, payload)

    def fetch(self, account: Account, ref: MediaRef, limit: int) -> bytes:
        try:
            data: bytes = loop.wait(_answered(_download(_bot(account), ref.file_id or "", limit)))
            return data
        except SendFailure as failure:
            if failure.kind == Failure.PERMANENT:
                raise MediaGone from failure
            # reading twice does no harm, so an unknown end is simply tried again
            raise SendFailure(str(failure), Failure.PASSING, retry_after=failure.retry_after) from failure

    def confirm(self, account: Account, receipt: str) -> None:
        loop.wait(_answered(_bot(account).answer_callback_query(receipt, connect_timeout=CONFIRMS_WITHIN)))

    def poll(self, account: Account, cursor: str | None, seconds: int) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        asked: dict[str, Any] = {"timeout": seconds, "allowed_updates": ALLOWED}
        if cursor is not None:
            asked["offset"] = int(cursor)
        # the public method would refuse a whole batch for one update that it cannot read, and log its words
        call = _bot(account)._post("getUpdates", asked, read_timeout=seconds + 10)
        updates: list[dict[str, Any]] = loop.wait(_answered(call))
        return updates, str(updates[-1]["update_id"] + 1) if updates else cursor

    def check(self, account: Account) -> tuple[str, str]:
        me = loop.wait(_answered(_bot(account).get_me()))
        return (me.username or str(me.id)), me.full_name

    def set_webhook(self, account: Account, url: str | None) -> str | None:
        bot = _bot(account)
        if url is None:
            loop.wait(_answered(bot.delete_webhook()))
        else:
            secret = str(account.secrets["webhook_secret"])
            loop.wait(_answered(bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED, max_connections=20)))
        return None


def _bot(account: Account) -> telegram.Bot:
    return _client(str(account.secrets.get("token", "")), account.base_url(BASE_URL), on_loopback(account, BASE_URL))


@lru_cache(maxsize=32)
def _client(token: str, base_url: str, loopback: bool) -> telegram.Bot:
    async def make() -> telegram.Bot:  # on the loop that will use it
        kwargs = {"trust_env": not loopback}
        calls = _Request(connection_pool_size=32, read_timeout=15, write_timeout=15, pool_timeout=5, httpx_kwargs=kwargs)
        polls = _Request(connection_pool_size=2, httpx_kwargs=kwargs)
        return telegram.Bot(token, f"{base_url}/bot", f"{base_url}/file/bot", request=calls, get_updates_request=polls)

    try:
        return loop.wait(make())
    except error.InvalidToken as refused:
        raise SendFailure("no token", Failure.ACCOUNT) from refused


async def _sending(bot: telegram.Bot, chat_id: str, piece: Piece, key: str) -> telegram.Message:
    if piece.photo is not None:
        return await bot.send_photo(chat_id, piece.photo.data, filename="anh.jpg")
    # plain text: what a citizen wrote is never markup
    plain = telegram.LinkPreviewOptions(is_disabled=True)
    return await bot.send_message(chat_id, piece.text, reply_markup=keyboard(piece.buttons, key), link_preview_options=plain)


def keyboard(
    buttons: Sequence[Button], key: str
) -> telegram.InlineKeyboardMarkup | telegram.ReplyKeyboardMarkup | telegram.ReplyKeyboardRemove:
    """Choices below the message; where the phone itself is asked (place, number) they must be keys at the bottom."""
    if any(button.payload in {ASK_LOCATION, ASK_CONTACT} for button in buttons):
        keys = [
            telegram.KeyboardButton(
                button.title,
                request_location=button.payload == ASK_LOCATION or None,
                request_contact=button.payload == ASK_CONTACT or None,
            )
            for button in buttons
        ]
        return telegram.ReplyKeyboardMarkup([[k] for k in keys], resize_keyboard=True, one_time_keyboard=True)
    if not buttons:
        return telegram.ReplyKeyboardRemove()
    rows = [
        [telegram.InlineKeyboardButton(button.title, callback_data=button_name(key, index))]
        for index, button in enumerate(buttons)
    ]
    return telegram.InlineKeyboardMarkup(rows)


async def _download(bot: telegram.Bot, file_id: str, limit: int) -> bytes:
    try:
        file = await bot.get_file(file_id)
    except error.BadRequest as refused:
        raise MediaGone(too_large="too big" in refused.message.lower()) from refused
    if (file.file_size or 0) > min(limit, LARGEST_FILE):
        raise MediaGone(too_large=True)
    try:
        data = await file.download_as_bytearray()
    except error.InvalidToken as missing:  # how the library calls a 404; the token was good a moment ago
        raise MediaGone from missing
    if len(data) > limit:
        raise MediaGone(too_large=True)
    return bytes(data)


async def _answered(call: Any) -> Any:
    """The result of a call, its errors as `SendFailure`."""
    try:
        return await call
    except error.TelegramError as trouble:
        raise _failure(trouble) from trouble
    except asyncio.CancelledError as trouble:
        raise SendFailure("cancelled", Failure.UNKNOWN) from trouble


def _failure(trouble: error.TelegramError) -> SendFailure:
    # the order matters: BadRequest and TimedOut are kinds of NetworkError
    if isinstance(trouble, error.RetryAfter):
        return SendFailure("telegram: 429", Failure.BUSY, retry_after=trouble._retry_after.total_seconds())
    if isinstance(trouble, error.Conflict):
        return SendFailure("telegram: 409, a webhook is set or somebody else asks", Failure.PASSING)
    if isinstance(trouble, error.InvalidToken):
        return SendFailure("telegram: token refused", Failure.ACCOUNT)
    if isinstance(trouble, error.Forbidden):
        return SendFailure("telegram: blocked by the citizen", Failure.UNREACHABLE)
    if isinstance(trouble, error.BadRequest):
        if "too big" in trouble.message.lower():
            return SendFailure("telegram: file too big", Failure.PERMANENT)
        gone = "chat not found" in trouble.message.lower()
        return SendFailure("telegram: 400", Failure.UNREACHABLE if gone else Failure.PERMANENT)
    if isinstance(trouble, error.ChatMigrated):
        return SendFailure("telegram: the chat has moved", Failure.UNREACHABLE)
    if isinstance(trouble, _Status):
        return by_status(trouble.status) or SendFailure("telegram: status", Failure.PASSING)
    if trouble.__cause__ is None and isinstance(trouble, error.NetworkError):
        return SendFailure("telegram: 429", Failure.BUSY)  # the only refusal left: too many requests, without a time
    return broken_call(trouble.__cause__ or trouble)
