"""Telegram's Bot API as far as the product uses it."""

import asyncio
import json
import time
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from tests.fakes.platforms.base import Fake, Line, Refusal, answer, params_of, shown, utf16

TOKEN = "1001:fake-telegram-token"
BOT = {"id": 1001, "is_bot": True, "first_name": "Lắng Nghe thử", "username": "lang_nghe_thu_bot"}


class FakeTelegram(Fake):
    name = "telegram"

    def reset(self) -> None:
        super().reset()
        self.waiting: list[dict[str, Any]] = []  # updates until they are confirmed by an offset
        self.answered: list[str] = []  # callback queries
        self.polling = False

    def error(self, status: int) -> Response:
        body: dict[str, Any] = {"ok": False, "error_code": status, "description": f"fault {status}"}
        if status == 429:
            body |= {"description": "Too Many Requests", "parameters": {"retry_after": self.faults.retry_after}}
        return answer(body, status)

    def success(self, result: Any) -> Response:
        return answer({"ok": True, "result": result})

    def refuse(self, status: int, words: str) -> Refusal:
        return Refusal(answer({"ok": False, "error_code": status, "description": words}, status), words)

    def put(self, chat: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The product's message arrives in a chat; refused where Telegram would."""
        if chat in self.blocked:
            raise self.refuse(403, "Forbidden: bot was blocked by the user")
        if chat not in self.chats:
            raise self.refuse(400, "Bad Request: chat not found")
        text = str(params.get("text", ""))
        if method == "sendMessage" and not text.strip():
            raise self.refuse(400, "Bad Request: message text is empty")
        if utf16(text) > 4096:
            raise self.refuse(400, "Bad Request: message is too long")
        if params.get("parse_mode"):
            raise self.refuse(400, "Bad Request: the product sends no markup")
        markup = json.loads(params["reply_markup"]) if isinstance(params.get("reply_markup"), str) else {}
        buttons = [button for row in markup.get("inline_keyboard", markup.get("keyboard", [])) for button in row]
        if any(len(button.get("callback_data", "").encode()) > 64 for button in buttons):
            raise self.refuse(400, "Bad Request: BUTTON_DATA_INVALID")
        photo = self.keep_file(params["photo"]) if isinstance(params.get("photo"), bytes) else None
        number = self.next_id()
        self.show(chat, Line(str(number), False, text, buttons, f"{self.base}/file/bot{TOKEN}/{photo}" if photo else None))
        return self.message(chat, number, BOT, {"text": text} if text else {"photo": [_size(photo or "")]}, markup)

    def message(
        self, chat: str, number: int, sender: dict[str, Any], content: dict[str, Any], markup: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        made = {"message_id": number, "date": int(time.time()), "from": sender}
        made |= {"chat": {"id": int(chat), "type": "private", "first_name": f"Người {chat}"}, **content}
        if markup and markup.get("inline_keyboard"):
            made["reply_markup"] = {"inline_keyboard": markup["inline_keyboard"]}
        return made

    def event_headers(self, payload: dict[str, Any], body: bytes) -> dict[str, str]:
        return {"content-type": "application/json", "x-telegram-bot-api-secret-token": self.secret}

    def update(self, user: str, what: dict[str, Any]) -> dict[str, Any]:
        payload = {"update_id": self.next_id(), **what}
        if self.webhook is None:
            self.waiting.append(payload)
        else:
            self.send_event(user, payload)
        return payload

    def say(self, act: dict[str, Any]) -> dict[str, Any]:
        user = str(act["user"])
        sender = {"id": int(user), "is_bot": False, "first_name": act.get("name") or f"Người {user}"}
        if act.get("raw") is not None:
            return self.update(user, act["raw"])
        if act.get("press") is not None:
            return self._press(user, sender, str(act.get("message_id") or ""), int(act["press"]))
        if act.get("edit_of") is not None:
            content = {"text": act["text"], "edit_date": int(time.time())}
            return self.update(user, {"edited_message": self.message(user, int(act["edit_of"]), sender, content)})
        payload: dict[str, Any] = {}
        for content in self._contents(user, act):
            number = self.next_id()
            photo = content["photo"][-1]["file_id"] if "photo" in content else None
            text = content.get("text") or content.get("caption") or act.get("kind", "")
            self.show(user, Line(str(number), True, text, [], f"{self.base}/file/bot{TOKEN}/{photo}" if photo else None))
            payload = self.update(user, {"message": self.message(user, number, sender, content)})
        return payload

    def _contents(self, user: str, act: dict[str, Any]) -> list[dict[str, Any]]:
        kind = act.get("kind", "text")
        if kind == "image":
            return self._photos(act)
        if kind == "location":
            return [{"location": {"latitude": act["lat"], "longitude": act["lon"]}}]
        if kind == "contact":
            owner = int(user) + (1 if act.get("foreign") else 0)
            return [{"contact": {"phone_number": act.get("phone", "+84912345678"), "first_name": "Lan", "user_id": owner}}]
        if kind == "voice":
            return [{"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}}]
        if kind == "sticker":
            size = {"width": 9, "height": 9, "is_animated": False, "is_video": False, "type": "regular"}
            return [{"sticker": {"file_id": "s", "file_unique_id": "s", **size}}]
        return [{"text": act.get("text", "")}]

    def _photos(self, act: dict[str, Any]) -> list[dict[str, Any]]:
        count = int(act.get("photos", 1))
        group = {"media_group_id": f"g{self.next_id()}"} if count > 1 else {}
        contents: list[dict[str, Any]] = []
        for index in range(count):
            name = self.photo_of(act)
            caption = {"caption": act["text"]} if act.get("text") and index == 0 else {}
            contents.append({"photo": [_size("small"), _size(name)], **caption, **group})
        return contents

    def _press(self, user: str, sender: dict[str, Any], message_id: str, index: int) -> dict[str, Any]:
        line = next(li for li in reversed(self.heard(user)) if li.buttons and message_id in {"", li.id})
        button = line.buttons[index]
        if "callback_data" not in button:  # a key at the bottom: it types its own words
            return self.say({"user": user, "text": button["text"]})
        self.show(user, Line(f"p{line.id}", True, button["text"]))
        shown_message = self.message(user, int(line.id), BOT, {"text": line.text})
        query = {"id": str(self.next_id()), "from": sender, "message": shown_message, "chat_instance": "1"}
        return self.update(user, {"callback_query": query | {"data": button["callback_data"]}})

    def block(self, user: str, blocked: bool) -> None:
        (self.blocked.add if blocked else self.blocked.discard)(user)
        member = {"user": BOT, "status": "kicked" if blocked else "member"} | ({"until_date": 0} if blocked else {})
        old = {"user": BOT, "status": "member"}
        chat = {"id": int(user), "type": "private"}
        person = {"id": int(user), "is_bot": False, "first_name": "Người"}
        change = {"chat": chat, "from": person, "date": int(time.time()), "old_chat_member": old, "new_chat_member": member}
        self.update(user, {"my_chat_member": change})


def _size(name: str) -> dict[str, Any]:
    return {"file_id": name, "file_unique_id": f"u{name}", "width": 240, "height": 240, "file_size": 1000}


def router(fake: FakeTelegram) -> APIRouter:
    routes = APIRouter()

    @routes.api_route("/file/bot{token}/{name}", methods=["GET"])
    async def file(token: str, name: str) -> Response:
        if token != TOKEN or name not in fake.files:
            return answer({"ok": False, "error_code": 404, "description": "Not Found"}, 404)
        return Response(fake.files[name], media_type="image/jpeg")

    @routes.api_route("/bot{token}/{method}", methods=["GET", "POST"])
    async def call(token: str, method: str, request: Request) -> Response:
        if token != TOKEN:
            return answer({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        params = await params_of(request)
        if method in {"sendMessage", "sendPhoto"}:
            chat = str(params.get("chat_id"))
            return await fake.sending(method, chat, shown(params), lambda: fake.put(chat, method, params))
        return await _other(fake, method, params)

    return routes


async def _other(fake: FakeTelegram, method: str, params: dict[str, Any]) -> Response:
    if method == "getMe":
        return fake.success(BOT)
    if method == "setWebhook":
        fake.webhook, fake.secret = str(params.get("url") or "") or None, str(params.get("secret_token") or "")
        return fake.success(True)
    if method == "deleteWebhook":
        fake.webhook = None
        return fake.success(True)
    if method == "answerCallbackQuery":
        fake.answered.append(str(params.get("callback_query_id")))
        return fake.success(True)
    if method == "getFile":
        name = str(params.get("file_id"))
        if name == "oversize":
            return answer({"ok": False, "error_code": 400, "description": "Bad Request: file is too big"}, 400)
        if name not in fake.files:
            words = "Bad Request: wrong file_id or the file is temporarily unavailable"
            return answer({"ok": False, "error_code": 400, "description": words}, 400)
        return fake.success(_size(name) | {"file_size": len(fake.files[name]), "file_path": name})
    return await _updates(fake, params) if method == "getUpdates" else fake.error(404)


async def _updates(fake: FakeTelegram, params: dict[str, Any]) -> Response:
    if fake.webhook or fake.polling:
        return answer({"ok": False, "error_code": 409, "description": "Conflict: terminated by other getUpdates"}, 409)
    fake.waiting = [u for u in fake.waiting if u["update_id"] >= int(params.get("offset") or 0)]
    fake.polling = True
    try:
        end = time.monotonic() + float(params.get("timeout") or 0)
        while not fake.waiting and time.monotonic() < end:
            await asyncio.sleep(0.05)
    finally:
        fake.polling = False
    return fake.success(fake.waiting[:100])
