"""A bot that answers by a script, and the runner that takes citizens' messages to it: the worker's part, in a thread."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from api.channels.contract import OutgoingMessage
from api.conversations.bot import Bot
from api.conversations.turn import handle_waiting
from api.core.clock import Clock
from api.core.db import transaction
from api.notifications.service import verdict_buttons

Reply = OutgoingMessage | list[OutgoingMessage]
Script = Callable[[str, dict[str, Any]], Reply]


class ScriptedBot:
    """`answers`: what is said to words that contain the key; `heard`: every text that arrived, in order.

    While `gate` is closed the bot thinks: that is when the chat shows that it is typing. `asked` is set once it has begun to.
    """

    def __init__(self, answers: dict[str, Reply] | None = None) -> None:
        self.answers: dict[str, Reply] = dict(answers or {})
        self.heard: list[str] = []
        self.metadata: list[dict[str, Any]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Event()
        self._said: dict[tuple[uuid.UUID, int], list[OutgoingMessage]] = {}

    def turn(self, conversation_id: uuid.UUID, text: str, metadata: dict[str, Any]) -> list[OutgoingMessage]:
        self.asked.set()
        self.gate.wait(10)
        self.heard.append(text)
        self.metadata.append(metadata)
        reply = next((answer for key, answer in self.answers.items() if key in text), OutgoingMessage(f"Em nghe: {text}"))
        said = reply if isinstance(reply, list) else [reply]
        self._said[conversation_id, metadata["message_id"]] = said
        return said

    def said(self, conversation_id: uuid.UUID, message_id: int) -> list[OutgoingMessage] | None:
        return self._said.get((conversation_id, message_id))


@contextmanager
def turns(bot: Bot, clock: Clock, uri: str) -> Iterator[None]:
    """Answer every message that is committed while the block runs, in a thread of its own, woken by the database."""
    stop = threading.Event()
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("listen conversation")

        def work() -> None:
            while not stop.is_set():
                for notice in connection.notifies(timeout=0.2, stop_after=1):
                    handle_waiting(uuid.UUID(notice.payload), bot, clock, transaction)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(10)


TICKET = {
    "kind": "ticket",
    "number": "HD-26-000123",
    "title": "Đèn đường hỏng ở ngõ 12 Nguyễn Lương Bằng",
    "status": "in_progress",
    "status_words": "Đang xử lý",
    "steps": [
        {"label": "Tiếp nhận", "state": "done"},
        {"label": "Đang xử lý", "state": "now"},
        {"label": "Hoàn thành", "state": "todo"},
    ],
    "department": "Xí nghiệp Chiếu sáng",
    "due": "16:30 thứ Tư 25/11",
    "due_iso": "2026-11-25T09:30:00+00:00",
}
ARTICLE = {
    "kind": "article",
    "title": "Đăng ký khai sinh",
    "lines": [
        {"label": "Giấy tờ", "text": "Giấy chứng sinh, căn cước của bố hoặc mẹ"},
        {"label": "Lệ phí", "text": "Miễn phí nếu đúng hạn 60 ngày"},
        {"label": "Thời hạn", "text": "Trong ngày làm việc"},
    ],
    "url": "/bai-viet/birth_registration",
    "source": "Cổng Dịch vụ công Quốc gia",
}


def rating(ticket: str = "HD-26-000123") -> OutgoingMessage:
    """The message that asks for a rating, as notifications send it: the ticket's card, stars, and "not fixed"."""
    return OutgoingMessage(f"Phản ánh {ticket} đã xong. Anh/chị thấy kết quả thế nào ạ?", verdict_buttons(ticket), TICKET)
