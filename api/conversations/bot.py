"""The bot's mouth and ear: one turn over Rasa's REST channel, and what it said if we died before storing it."""

import uuid
from typing import Any, Protocol

import httpx

from api.channels.contract import Button, OutgoingMessage
from api.core.errors import OutsideFailure


class Bot(Protocol):
    """What the turn needs of a bot. `message_id` is ours: the bot's actions see it, and a repeated turn is found by it."""

    def turn(self, conversation_id: uuid.UUID, text: str, metadata: dict[str, Any]) -> list[OutgoingMessage]: ...

    def said(self, conversation_id: uuid.UUID, message_id: int) -> list[OutgoingMessage] | None:
        """What the bot answered to that message, None if it never saw it."""
        ...


class RasaBot:
    """Rasa on loopback. Every trouble is an `OutsideFailure` that passes: the message keeps waiting."""

    def __init__(self, address: str, timeout: float) -> None:
        self._client = httpx.Client(base_url=address, timeout=timeout)

    def turn(self, conversation_id: uuid.UUID, text: str, metadata: dict[str, Any]) -> list[OutgoingMessage]:
        body = {"sender": str(conversation_id), "message": text, "metadata": metadata}
        answer = self._call("POST", "/webhooks/rest/webhook", json=body)
        return [outgoing(item) for item in answer]

    def said(self, conversation_id: uuid.UUID, message_id: int) -> list[OutgoingMessage] | None:
        tracker = self._call("GET", f"/conversations/{conversation_id}/tracker", params={"include_events": "ALL"})
        return replies_after(tracker.get("events", []), message_id)

    def parse(self, text: str) -> dict[str, Any]:
        """What the bot understands by `text`, as Rasa's parse data. Nobody's conversation is touched."""
        answer = self._call("POST", "/model/parse", json={"text": text})
        return dict(answer)

    def _call(self, method: str, path: str, **kwargs: Any) -> Any:
        try:
            response = self._client.request(method, path, **kwargs)
            response.raise_for_status()
            return response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OutsideFailure(f"bot: {type(error).__name__}", permanent=False) from error


def outgoing(item: dict[str, Any]) -> OutgoingMessage:
    """One item of Rasa's REST answer as our message. `custom` may carry text, buttons and a card in one."""
    custom = item.get("custom") or {}
    buttons = item.get("buttons") or custom.get("buttons") or []
    return OutgoingMessage(
        text=item.get("text") or custom.get("text") or "",
        buttons=tuple(Button(b["title"], b["payload"]) for b in buttons),
        card=custom.get("card"),
    )


def replies_after(events: list[dict[str, Any]], message_id: int) -> list[OutgoingMessage] | None:
    """The bot's words after the user event that carries our `message_id`, up to the next user event."""
    found: list[OutgoingMessage] | None = None
    for event in events:
        if event.get("event") == "user":
            if found is not None:
                break
            if (event.get("metadata") or {}).get("message_id") == message_id:
                found = []
        elif event.get("event") == "bot" and found is not None:
            data = event.get("data") or {}
            found.append(outgoing({"text": event.get("text"), "buttons": data.get("buttons"), "custom": data.get("custom")}))
    return found
