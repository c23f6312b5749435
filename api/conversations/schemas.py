"""What the web chat sends and reads."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.channels.contract import Kind
from api.conversations.models import Message


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
    text: str = Field("", max_length=20_000)
    payload: str | None = Field(None, max_length=500, description="of a pressed button")
    media_ids: list[str] = Field(default=[], max_length=10)
    lat: float | None = Field(None, ge=-90, le=90, description="WGS84 degrees, only with the citizen's consent")
    lon: float | None = Field(None, ge=-180, le=180)

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
    author: str
    kind: str
    text: str
    buttons: list[dict[str, str]]
    card: dict[str, Any] | None
    photos: list[str]
    lat: float | None
    lon: float | None
    status: str
    at: datetime

    @classmethod
    def of(cls, row: Message) -> "MessageOut":
        mine = row.direction == "in"
        return cls(
            id=row.id,
            client_id=row.external_id if mine else None,
            author=row.author,
            kind=row.kind,
            text=row.text,
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
