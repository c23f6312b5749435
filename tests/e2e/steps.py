"""What the chat tests do again and again."""

import io
import re
from datetime import UTC, datetime

from PIL import Image
from playwright.sync_api import FilePayload, Page, ViewportSize

from api.channels.contract import OutgoingMessage
from api.citizens.service import visitor_of
from api.conversations.intake import find_conversation
from api.conversations.outbox import say
from api.core.db import transaction

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}


def ready(page: Page) -> None:
    page.locator("lang-nghe-chat[data-ready]").wait_for()


def write(page: Page, text: str) -> None:
    page.get_by_label("Nội dung tin nhắn").fill(text)
    page.get_by_label("Nội dung tin nhắn").press("Enter")


def bubbles(page: Page, side: str = "") -> list[str]:
    """What stands in the log, without the welcome and without words for screen readers."""
    rows = page.locator(f".row{side}:not([data-key]) .bubble:not(.typing)")
    return [re.sub(r"^[^:]*: ", "", words.strip(), count=1) for words in rows.all_text_contents()]


def told(page: Page, message: OutgoingMessage, author: str = "bot") -> None:
    """Something is said to this browser's visitor from elsewhere: a clerk, a notice."""
    token = page.evaluate("localStorage.getItem('langnghe.token')")
    with transaction() as session:
        identity = visitor_of(session, token)
        assert identity
        thread = find_conversation(session, "web", "default", identity.external_id)
        assert thread
        say(session, thread.id, message, author=author, now=datetime.now(UTC))


def photo(name: str = "den-hong.jpg", size: tuple[int, int] = (800, 600)) -> FilePayload:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}
