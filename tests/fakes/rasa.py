"""Rasa's two addresses that the product uses, behind them an echo: for runs in which the bot is not the point."""

import uuid
from collections import defaultdict
from typing import Any

from fastapi import FastAPI


class Echo:
    """Says "Em nghe: …" to everything and remembers it as Rasa does. `asked`: our ids of the messages, in order."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.events: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def turn(self, sender: str, text: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        self.asked.append(int(metadata["message_id"]))
        said = {"text": echoed(text), "data": {}}
        self.events[sender] += [{"event": "user", "text": text, "metadata": metadata}, {"event": "bot", **said}]
        return [{"recipient_id": sender, "text": said["text"]}]


def echoed(text: str) -> str:
    return f"Em nghe: {text}"


def create_app(echo: Echo) -> FastAPI:
    app = FastAPI(title="Echo", docs_url=None, redoc_url=None)

    @app.post("/webhooks/rest/webhook")
    async def turn(body: dict[str, Any]) -> list[dict[str, Any]]:
        return echo.turn(body["sender"], body["message"], body["metadata"])

    @app.get("/conversations/{sender}/tracker")
    async def tracker(sender: uuid.UUID) -> dict[str, Any]:
        return {"sender_id": str(sender), "events": echo.events[str(sender)]}

    @app.get("/status")
    async def status() -> dict[str, str]:
        return {"model_file": "echo"}

    return app
