"""Zalo Official Account: consultation messages with buttons and photos."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image

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
    button_name,
)
from api.channels.web_calls import download, on_loopback
from api.channels.zalo_oa.client import BASE_URL, StaleToken, call
from api.channels.zalo_oa.parse import NAME, authentic, parse
from api.channels.zalo_oa.tokens import access_token

LARGEST_PHOTO = 1_000_000  # bytes that an upload may have
SMALLER_SIDE = 1280  # pixels to which a larger one is scaled down


class ZaloOfficialChannel:
    name = NAME
    capabilities = Capabilities(
        buttons=True, location_request=False, images=True, cards=False, text_limit=2000, max_buttons=5, title_limit=100
    )
    limits = Limits(per_second=20, burst=20, chat_per_second=2, chat_burst=6)

    def send(self, to: Address, piece: Piece, *, key: str, account: Account) -> str | None:
        message = _photo(account, piece) if piece.photo else _text(piece, key)
        body = {"recipient": {"user_id": to.chat_id}, "message": message}
        told = with_token(account, "POST", "/v3.0/oa/message/cs", json=body)
        return str(told["message_id"]) if told.get("message_id") else None

    def authentic(self, account: Account, headers: Mapping[str, str], body: bytes) -> bool:
        secrets = account.secrets
        return authentic(str(secrets.get("app_id") or ""), str(secrets.get("oa_secret") or ""), headers, body)

    def parse(self, account: str, payload: Mapping[str, Any]) -> list[Event]:
        return parse(account, payload)

    def fetch(self, account: Account, ref: MediaRef, limit: int) -> bytes:
        if not ref.url:
            raise MediaGone
        return download(ref.url, limit, loopback=on_loopback(account, BASE_URL))

    def confirm(self, account: Account, receipt: str) -> None:
        """A pressed button needs no confirmation."""

    def poll(self, account: Account, cursor: str | None, seconds: int) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        raise SendFailure("zalo oa: there is no polling", Failure.PERMANENT)

    def check(self, account: Account) -> tuple[str, str]:
        told = call(account, "GET", "/v2.0/oa/getoa", str(account.secrets.get("access_token") or ""))
        if not told.get("oa_id"):
            raise SendFailure("zalo oa: getoa tells nothing", Failure.ACCOUNT)
        return str(told["oa_id"]), str(told.get("name") or told["oa_id"])

    def set_webhook(self, account: Account, url: str | None) -> str | None:
        if url is None:
            return None
        return f"Dán địa chỉ này vào mục Webhook của ứng dụng tại developers.zalo.me: {url}"


def with_token(account: Account, method: str, path: str, **body: Any) -> dict[str, Any]:
    """A call with a good token: once more with a new one if the platform calls it stale."""
    token = access_token(account)
    try:
        return call(account, method, path, token, **body)
    except StaleToken:
        return call(account, method, path, access_token(account, not_this=token), **body)


def _text(piece: Piece, key: str) -> dict[str, Any]:
    if not piece.buttons:
        return {"text": piece.text}
    buttons = [
        # hidden: the citizen sees the title that was pressed, we get back the short name
        {"title": button.title[:100], "type": "oa.query.hide", "payload": "#" + button_name(key, index)}
        for index, button in enumerate(piece.buttons)
    ]
    return {"text": piece.text, "attachment": {"type": "template", "payload": {"buttons": buttons}}}


def _photo(account: Account, piece: Piece) -> dict[str, Any]:
    assert piece.photo is not None
    files = {"file": ("anh.jpg", _small(piece.photo.data), "image/jpeg")}
    try:
        told = with_token(account, "POST", "/v2.0/oa/upload/image", files=files)
    except SendFailure as failure:
        if failure.kind == Failure.UNKNOWN:  # an upload that nobody saw may be repeated
            raise SendFailure(str(failure), Failure.PASSING) from failure
        raise
    element = {"media_type": "image", "attachment_id": told.get("attachment_id")}
    return {"attachment": {"type": "template", "payload": {"template_type": "media", "elements": [element]}}}


def _small(data: bytes) -> bytes:
    if len(data) <= LARGEST_PHOTO:
        return data
    with Image.open(io.BytesIO(data)) as photo:
        photo.thumbnail((SMALLER_SIDE, SMALLER_SIDE))
        out = io.BytesIO()
        photo.convert("RGB").save(out, "JPEG", quality=75)
    return out.getvalue()
