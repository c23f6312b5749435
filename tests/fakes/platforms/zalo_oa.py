"""Zalo Official Account: tokens that live shortly and refresh once, signed events, receipts."""

import asyncio
import hashlib
import json
import time
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from tests.fakes.platforms.base import Fake, Line, Refusal, answer, params_of, shown, utf16

APP_ID, APP_SECRET, OA_SECRET, OA_ID = "3003", "fake-app-secret", "fake-oa-secret", "303303"
FIRST_ACCESS, FIRST_REFRESH = "oa-access-0", "oa-refresh-0"


class FakeZaloOA(Fake):
    """`receipts`: tell that messages were sent, received and seen. `closed`: citizens who did not write for 7 days."""

    name = "zalo_oa"

    def reset(self) -> None:
        super().reset()
        self.access, self.refresh = FIRST_ACCESS, FIRST_REFRESH
        self.rotations = 0
        self.receipts = False
        self.closed: set[str] = set()
        self.uploads: dict[str, bytes] = {}
        self.notices: list[dict[str, Any]] = []  # sent to phone numbers
        self.template = "301"  # the one that is approved
        self.no_zalo: set[str] = set()  # numbers without an account

    def error(self, status: int) -> Response:
        codes = {429: -32, 408: -100}
        if status in codes:
            return answer({"error": codes[status], "message": "fault"})
        return answer({"error": status, "message": "fault"}, status)

    def success(self, result: Any) -> Response:
        return answer({"error": 0, "message": "Success", "data": result})

    def refuse(self, code: int, words: str) -> Refusal:
        return Refusal(answer({"error": code, "message": words}), words)

    def put(self, chat: str, message: dict[str, Any]) -> dict[str, Any]:
        if chat in self.blocked:
            raise self.refuse(-213, "User has not followed OA")
        if chat in self.closed:
            raise self.refuse(-230, "User has not interacted with the OA in the past 7 days")
        if chat not in self.chats:
            raise self.refuse(-201, "user_id is invalid")
        text = str(message.get("text") or "")
        payload = (message.get("attachment") or {}).get("payload") or {}
        if utf16(text) > 2000 or len(payload.get("buttons", [])) > 5:
            raise self.refuse(-210, "Params exceeded limits")
        element = (payload.get("elements") or [{}])[0]
        photo = f"{self.base}/files/{element['attachment_id']}.jpg" if element.get("attachment_id") in self.uploads else None
        if not text and not photo:
            raise self.refuse(-201, "message is empty")
        number = f"o{self.next_id():010x}"
        self.show(chat, Line(number, False, text, payload.get("buttons", []), photo))
        if self.receipts:
            self._tell(chat, number, text)
        return {"message_id": number, "user_id": chat}

    def _tell(self, chat: str, number: str, text: str) -> None:
        sent = {"sender": {"id": OA_ID}, "recipient": {"id": chat}, "message": {"msg_id": number, "text": text}}
        self.event(chat, "oa_send_text", sent)
        self.event(chat, "user_received_message", _from(chat) | {"message": {"msg_id": number}})
        self.event(chat, "user_seen_message", _from(chat) | {"message": {"msg_ids": [number]}})

    def event(self, user: str, name: str, what: dict[str, Any]) -> dict[str, Any]:
        stamp = str(int(time.time() * 1000))
        payload = {"app_id": APP_ID, "user_id_by_app": f"a{user}", "event_name": name, "timestamp": stamp, **what}
        self.send_event(user, payload)
        return payload

    def event_headers(self, payload: dict[str, Any], body: bytes) -> dict[str, str]:
        stamp = str(payload.get("timestamp", ""))
        mac = hashlib.sha256(APP_ID.encode() + body + stamp.encode() + OA_SECRET.encode()).hexdigest()
        return {"content-type": "application/json", "x-zevent-signature": f"mac={mac}"}

    def strange_event(self) -> dict[str, Any]:
        return super().strange_event() | {"timestamp": "1", "app_id": APP_ID}

    def say(self, act: dict[str, Any]) -> dict[str, Any]:
        user = str(act["user"])
        if act.get("raw") is not None:
            self.send_event(user, act["raw"])
            return dict(act["raw"])
        if act.get("press") is not None:
            return self._press(user, str(act.get("message_id") or ""), int(act["press"]))
        if act.get("kind") == "contact":
            info = {"phone": act.get("phone", "84912345678"), "name": act.get("name") or "Lan"}
            return self.event(user, "user_submit_info", _from(user) | {"info": info})
        number = f"u{self.next_id():010x}"
        name, content, photo = self._content(act)
        self.show(user, Line(number, True, act.get("text") or act.get("kind", "text"), [], photo))
        return self.event(user, name, _from(user) | {"message": {"msg_id": number, **content}})

    def _content(self, act: dict[str, Any]) -> tuple[str, dict[str, Any], str | None]:
        kind = act.get("kind", "text")
        if kind == "image":
            name = self.photo_of(act)
            url = f"{self.base}/files/{name}.jpg"
            words = {"text": act["text"]} if act.get("text") else {}
            return (
                "user_send_image",
                {"attachments": [{"type": "image", "payload": {"url": url, "thumbnail": url}}], **words},
                url,
            )
        if kind == "location":
            point = {"latitude": str(act["lat"]), "longitude": str(act["lon"])}
            return "user_send_location", {"attachments": [{"type": "location", "payload": {"coordinates": point}}]}, None
        if kind in {"voice", "sticker", "unsupported"}:
            name = {"voice": "audio", "unsupported": "file"}.get(kind, kind)
            return f"user_send_{name}", {"attachments": [{"type": name, "payload": {"url": f"{self.base}/files/x"}}]}, None
        return "user_send_text", {"text": act.get("text", "")}, None

    def _press(self, user: str, message_id: str, index: int) -> dict[str, Any]:
        line = next(li for li in reversed(self.heard(user)) if li.buttons and message_id in {"", li.id})
        button = line.buttons[index]
        number = f"u{self.next_id():010x}"
        self.show(user, Line(number, True, button["title"]))
        return self.event(user, "user_send_text", _from(user) | {"message": {"msg_id": number, "text": button["payload"]}})

    def block(self, user: str, blocked: bool) -> None:
        (self.blocked.add if blocked else self.blocked.discard)(user)
        name = "unfollow" if blocked else "follow"
        self.event(user, name, {"oa_id": OA_ID, "follower": {"id": user}, "source": "oa_profile"})


def _from(user: str) -> dict[str, Any]:
    return {"sender": {"id": user}, "recipient": {"id": OA_ID}}


def router(fake: FakeZaloOA) -> APIRouter:
    routes = APIRouter()

    @routes.post("/v4/oa/access_token")
    async def token(request: Request) -> Response:
        params = await params_of(request)
        await asyncio.sleep(0.05)  # long enough for two to ask at once
        right = request.headers.get("secret_key") == APP_SECRET and params.get("app_id") == APP_ID
        if not right or params.get("refresh_token") != fake.refresh:
            return answer({"error": -14014, "error_name": "Invalid refresh token.", "error_description": "used or unknown"})
        fake.rotations += 1
        fake.access, fake.refresh = f"oa-access-{fake.rotations}", f"oa-refresh-{fake.rotations}"
        return answer({"access_token": fake.access, "refresh_token": fake.refresh, "expires_in": "90000"})

    @routes.get("/files/{name}.jpg")
    async def file(name: str) -> Response:
        return Response(fake.uploads[name], media_type="image/jpeg") if name in fake.uploads else fake.file(name)

    @routes.post("/message/template")
    async def zns(request: Request) -> Response:
        if request.headers.get("access_token") != fake.access:
            return answer({"error": -124, "message": "Access token invalid"})
        params = await params_of(request)
        if params.get("template_id") != fake.template:
            return answer({"error": -112, "message": "Template not found"})
        phone = str(params.get("phone"))
        if not phone.startswith("84") or phone in fake.no_zalo:
            return answer({"error": -118, "message": "Zalo account not existed"})
        fake.notices.append(json.loads(json.dumps(shown(params))))
        return fake.success({"msg_id": f"z{fake.next_id():010x}"})

    @routes.api_route("/{version}/oa/{path:path}", methods=["GET", "POST"])
    async def call(version: str, path: str, request: Request) -> Response:
        if request.headers.get("access_token") != fake.access:
            return answer({"error": -216, "message": "Access token is invalid"})
        if path == "getoa":
            return fake.success({"oa_id": OA_ID, "name": "Chính quyền Hải Dương (thử)"})
        params = await params_of(request)
        if path == "upload/image":
            return _upload(fake, params)
        chat = str((params.get("recipient") or {}).get("user_id"))
        return await fake.sending(path, chat, json.loads(json.dumps(shown(params))), lambda: fake.put(chat, params["message"]))

    return routes


def _upload(fake: FakeZaloOA, params: dict[str, Any]) -> Response:
    if not isinstance(params.get("file"), bytes) or len(params["file"]) > 1_048_576:
        return answer({"error": -210, "message": "file is too large"})
    name = f"att{fake.next_id()}"
    fake.uploads[name] = params["file"]
    return fake.success({"attachment_id": name})
