"""Zalo Bot Platform as the research found it: refusals in HTTP 200, two envelopes, `photo_url` instead of `photo`."""

import asyncio
import time
from typing import Any

import httpx
from fastapi import APIRouter, Request
from starlette.responses import Response

from tests.fakes.platforms.base import UNREACHABLE, Fake, Line, Refusal, answer, params_of, shown, utf16

TOKEN = "2002:fake-zalo-token"


class FakeZalo(Fake):
    """`wrapped`: events as documented, else flat as captured. `photo_field`: photo_url (captured) or photo (documented)."""

    name = "zalo"

    def reset(self) -> None:
        super().reset()
        self.wrapped = False
        self.photo_field = "photo_url"
        self.quota: int | None = None
        self.fetched: list[int] = []  # sizes of the photos that were fetched from the product

    def error(self, status: int) -> Response:
        body = {"ok": False, "error_code": status, "description": "Quota exceeded" if status == 429 else "fault"}
        return answer(body, status if status >= 500 else 200)

    def success(self, result: Any) -> Response:
        return answer({"ok": True, "result": result})

    def refuse(self, code: int, words: str) -> Refusal:
        return Refusal(answer({"ok": False, "error_code": code, "description": words}), words)

    def put(self, chat: str, params: dict[str, Any], photo: str | None = None) -> dict[str, Any]:
        text = str(params.get("text") or params.get("caption") or "")
        if self.quota is not None and sum(1 for c in self.calls if c["done"]) >= self.quota:
            raise self.refuse(429, "Quota exceeded")
        if chat not in self.chats or chat in self.blocked:
            raise self.refuse(400, "Bad request: chat_id")
        if (not photo and not text) or utf16(text) > 2000 or params.get("parse_mode") or params.get("text_styles"):
            raise self.refuse(400, "Bad request: text")
        number = f"z{self.next_id():012x}"
        self.show(chat, Line(number, False, text, [], photo))
        return {"message_id": number, "date": int(time.time() * 1000)}

    def event_headers(self, payload: dict[str, Any], body: bytes) -> dict[str, str]:
        return {"content-type": "application/json", "x-bot-api-secret-token": self.secret, "user-agent": "Java/1.8.0_192"}

    def say(self, act: dict[str, Any]) -> dict[str, Any]:
        user = str(act["user"])
        if act.get("raw") is not None:
            self.send_event(user, act["raw"])
            return dict(act["raw"])
        number = f"c{self.next_id():012x}"
        kind, content = self._content(act)
        self.show(user, Line(number, True, act.get("text") or kind, [], content.get(self.photo_field)))
        message = {
            "date": int(time.time() * 1000),
            "chat": {"chat_type": "PRIVATE", "id": user},
            "message_id": number,
            "message_type": "CHAT_PHOTO" if kind == "image" else "TEXT",
            "from": {"id": user, "is_bot": False, "display_name": act.get("name") or f"Người {user}"},
            **content,
        }
        event = {"event_name": f"message.{kind}.received", "message": message}
        payload = {"ok": True, "result": event} if self.wrapped else event
        self.send_event(user, payload)
        return payload

    def _content(self, act: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        kind = act.get("kind", "text")
        if kind == "image":
            name = self.photo_of(act)
            caption = {"caption": act["text"]} if act.get("text") else {}
            return kind, {self.photo_field: f"{self.base}/files/{name}.jpg", **caption}
        if kind == "voice":
            return kind, {"voice_url": f"{self.base}/files/voice.aac"}
        if kind == "sticker":
            return kind, {"sticker": "s1", "url": f"{self.base}/files/s.png"}
        return ("text", {"text": act.get("text", "")}) if kind == "text" else ("unsupported", {})

    def block(self, user: str, blocked: bool) -> None:
        (self.blocked.add if blocked else self.blocked.discard)(user)


def router(fake: FakeZalo) -> APIRouter:
    routes = APIRouter()

    @routes.get("/files/{name}.jpg")
    async def file(name: str) -> Response:
        return fake.file(name)

    @routes.api_route("/bot{token}/{method}", methods=["GET", "POST"])
    async def call(token: str, method: str, request: Request) -> Response:
        if token != TOKEN:
            return answer({"ok": False, "error_code": 401, "description": "Unauthorized"})
        params = await params_of(request)
        chat = str(params.get("chat_id"))
        if method == "sendMessage":
            return await fake.sending(method, chat, shown(params), lambda: fake.put(chat, params))
        if method == "sendPhoto":
            return await _photo(fake, chat, params)
        return await _other(fake, method, params)

    return routes


async def _photo(fake: FakeZalo, chat: str, params: dict[str, Any]) -> Response:
    """The platform fetches the photo itself, more than once."""
    url = str(params.get("photo"))
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        for _ in range(2):
            try:
                got = await client.get(url)
            except UNREACHABLE:
                return fake.error(400)
            if got.status_code != 200:
                return fake.error(400)
            fake.fetched.append(len(got.content))
    return await fake.sending("sendPhoto", chat, shown(params), lambda: fake.put(chat, params, url))


async def _other(fake: FakeZalo, method: str, params: dict[str, Any]) -> Response:
    if method == "getMe":
        return fake.success({"id": "2002", "account_name": "bot.LangNghe", "account_type": "BASIC", "can_join_groups": False})
    if method == "setWebhook":
        return await _set_webhook(fake, params)
    if method == "deleteWebhook":
        fake.webhook = None
        return fake.success({"url": "", "updated_at": int(time.time() * 1000)})
    if method == "getUpdates":
        return await _updates(fake, float(params.get("timeout") or 30))
    return fake.error(400)


async def _set_webhook(fake: FakeZalo, params: dict[str, Any]) -> Response:
    secret = str(params.get("secret_token") or "")
    if not 8 <= len(secret) <= 256:
        return fake.error(400)
    fake.webhook, fake.secret = str(params["url"]), secret
    verified: dict[str, Any] = {"url": fake.webhook}
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=3) as client:
            probe = await client.post(fake.webhook, content=b"")
        verified |= {"ok": probe.status_code == 200, "outcome": "webhook.ok", "status_code": probe.status_code}
    except UNREACHABLE:
        verified |= {"ok": False, "outcome": "webhook.err.conn"}
    # the address is kept even if nobody answers there
    return fake.success({"url": fake.webhook, "updated_at": int(time.time() * 1000), "verification": verified})


async def _updates(fake: FakeZalo, timeout: float) -> Response:
    """One event, gone once it is told; nobody wrote: not ok, 408, in HTTP 200."""
    if fake.webhook:
        return fake.error(400)
    try:
        return fake.success(await asyncio.wait_for(fake.updates.get(), timeout))
    except TimeoutError:
        return answer({"ok": False, "error_code": 408, "description": "Request timeout"})
