"""Tickets as the API shows and takes them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.tickets.models import Ticket, TicketEvent

EXAMPLE: dict[str, Any] = {
    "message_type": "report",
    "category": "street_light",
    "description": "Đèn đường ngõ 12 Nguyễn Lương Bằng hỏng 3 hôm nay, tối rất nguy hiểm",
    "place": "ngõ 12 Nguyễn Lương Bằng, phường Thanh Bình",
    "contact_name": "Lan",
    "contact_phone": "0912345678",
    "media_ids": [],
    "consent": True,
}


class TicketIn(BaseModel):
    """A report or suggestion from another system or page, in the name of the visitor whose token is sent."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})
    message_type: str = Field("report", pattern="^(report|suggestion)$")
    category: str = Field(max_length=64, description="a code of GET /api/v1/categories")
    description: str = Field(min_length=4, max_length=4000)
    place: str | None = Field(None, max_length=500, description="in the citizen's own words; old names are understood")
    lat: float | None = Field(None, ge=-90, le=90, description="WGS84 degrees")
    lon: float | None = Field(None, ge=-180, le=180)
    contact_name: str | None = Field(None, max_length=120)
    contact_phone: str | None = Field(None, pattern=r"^\+?[0-9 .]{9,16}$")
    media_ids: list[str] = Field(default=[], max_length=10)
    consent: bool = Field(description="the citizen agrees that the authorities use this to deal with the matter")


class TicketOut(BaseModel):
    number: str
    message_type: str
    category: str
    title: str
    description: str
    status: str
    priority: str
    place: str | None
    unit_code: str | None
    department: str
    opened_at: datetime
    due_at: datetime
    resolved_at: datetime | None
    answer: str | None
    rating: int | None

    @classmethod
    def of(cls, ticket: Ticket) -> "TicketOut":
        same = (
            "number",
            "message_type",
            "category",
            "title",
            "description",
            "status",
            "priority",
            "unit_code",
            "opened_at",
            "due_at",
        )
        also = ("resolved_at", "answer", "rating")
        values = {name: getattr(ticket, name) for name in (*same, *also)}
        return cls(place=ticket.place_text, department=ticket.department_code, **values)


class EventOut(BaseModel):
    """One public step of a ticket's history."""

    kind: str
    at: datetime
    actor: str
    to_status: str | None
    text: str | None

    @classmethod
    def of(cls, event: TicketEvent) -> "EventOut":
        return cls(kind=event.kind, at=event.at, actor=event.actor, to_status=event.to_status, text=event.data.get("text"))


class TicketDetail(TicketOut):
    events: list[EventOut]


class TicketPage(BaseModel):
    tickets: list[TicketOut]
    next_cursor: str | None = Field(description="pass as `cursor` for the next page; null at the end")


class VerdictIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"score": 5, "comment": "Nhanh, cảm ơn"}]})
    score: int = Field(ge=1, le=5)
    comment: str | None = Field(None, max_length=1000)


class ReopenIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Đèn vẫn tối"}]})
    reason: str | None = Field(None, max_length=1000)


class LabelOut(BaseModel):
    code: str
    name: str
