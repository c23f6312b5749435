"""What the web chat sends and reads."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.channels.contract import Kind
from api.conversations.models import Message
from api.core.text import nfc


class VisitorOut(BaseModel):
    """A fresh visitor. The token stays in the browser and is sent as `Authorization: Bearer …`."""

    token: str
    conversation_id: str


class MessageIn(BaseModel):
    """One message of the citizen. `client_id` is the browser's own id: the same id twice is stored once."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"client_id": "m-1", "text": "Đèn đường ngõ 12 Nguyễn Lương Bằng hỏng"}]}
    )
    client_id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    # a text above the real limit gets its own sentence (intake.TextTooLong), so this one is far above
    text: str = Field("", max_length=500_000)
    payload: str | None = Field(None, max_length=500, description="of a pressed button")
    media_ids: list[str] = Field(default=[], max_length=10)
    lat: float | None = Field(None, ge=-90, le=90, description="WGS84 degrees, only with the citizen's consent")
    lon: float | None = Field(None, ge=-180, le=180)

    @field_validator("payload")
    @classmethod
    def _storable(cls, value: str | None) -> str | None:
        return nfc(value) if value else None

    @property
    def empty(self) -> bool:
        return self.kind == Kind.TEXT and not nfc(self.text).strip()

    @property
    def kind(self) -> Kind:
        if self.payload:
            return Kind.BUTTON
        if self.media_ids:
            return Kind.IMAGE
        return Kind.LOCATION if self.lat is not None and self.lon is not None else Kind.TEXT


class MessageOut(BaseModel):
    """One message of the thread. `id` grows with time: it is the cursor for `after`."""

    id: int
    client_id: str | None
    author: str = Field(description="citizen, bot, staff or system (a notice about a report)")
    sender: str | None = Field(description="of a clerk's message: the department that answers")
    kind: str
    text: str
    payload: str | None = Field(description="of the citizen's own message: the button that was pressed")
    buttons: list[dict[str, str]]
    card: dict[str, Any] | None
    photos: list[str]
    lat: float | None
    lon: float | None
    status: str
    at: datetime

    @classmethod
    def of(cls, row: Message, sender: str | None = None) -> "MessageOut":
        mine = row.direction == "in"
        return cls(
            id=row.id,
            client_id=row.external_id if mine else None,
            author=row.author,
            sender=sender,
            kind=row.kind,
            text=row.text,
            payload=row.extra.get("payload") if mine else None,
            buttons=row.extra.get("buttons", []),
            card=row.extra.get("card"),
            photos=[f"/api/v1/chat/photos/{media_id}" for media_id in row.media_ids],
            lat=row.extra.get("lat"),
            lon=row.extra.get("lon"),
            status=row.status,
            at=row.created_at,
        )


class PhotoOut(BaseModel):
    media_id: str
    width: int
    height: int
    has_place: bool


class ThreadOut(BaseModel):
    """The newest messages, oldest first, and whether the bot is at work on one."""

    messages: list[MessageOut]
    typing: bool
    human: bool
