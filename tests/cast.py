"""The cast of every test: Lan (citizen with a ticket), Bình (clerk of the right department), Chi (clerk of another),
Dũng (leader), Hà (dispatcher), Minh (Bình's head), Vũ (administrator)."""

import io
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from PIL import Image
from sqlalchemy.orm import Session

from api.citizens.service import new_visitor
from api.conversations.intake import open_conversation
from api.conversations.models import Conversation
from api.core.security import hash_password
from api.departments.models import Role, Staff
from api.tickets.models import Ticket
from api.tickets.open import TicketDraft, open_ticket

PASSWORD = "một mật khẩu dài"
LIGHTING, CLEANING = "chieu_sang", "moi_truong_do_thi"


@dataclass
class Cast:
    binh: Staff
    chi: Staff
    dung: Staff
    ha: Staff
    minh: Staff
    vu: Staff
    lan: Conversation
    ticket: Ticket  # Lan's: a street light, owned by Bình's department


def citizen(db: Session, now: datetime) -> Conversation:
    """A fresh citizen on the web, with a thread."""
    person, identity, _ = new_visitor(db)
    return open_conversation(db, "web", "default", identity.external_id, citizen_id=person.id, now=now)


def draft(thread: Conversation | None, **changes: object) -> TicketDraft:
    values: dict[str, object] = {
        "message_type": "report",
        "category": "street_light",
        "description": "Đèn đường ngõ 12 Nguyễn Lương Bằng hỏng. Tối lắm.",
        "channel": "web" if thread else "phone",
        "place_text": "ngõ 12 Nguyễn Lương Bằng",
        "unit_code": "10525",
        "contact_name": "Phạm Thị Lan",
        "contact_phone": "0912345678",
        "citizen_id": thread.citizen_id if thread else None,
        "conversation_id": thread.id if thread else None,
    }
    return TicketDraft(**{**values, **changes})  # type: ignore[arg-type]


def report(db: Session, now: datetime, **changes: object) -> tuple[Ticket, Conversation]:
    """One more citizen with one more ticket."""
    thread = citizen(db, now)
    return open_ticket(db, draft(thread, **changes), now), thread


@lru_cache(maxsize=1)
def _hash() -> str:
    """One slow hash for all of the cast in all tests."""
    return hash_password(PASSWORD)


def make_cast(db: Session, now: datetime) -> Cast:
    def staff(username: str, name: str, role: Role, department: str | None) -> Staff:
        row = Staff(username=username, name=name, password_hash=_hash(), role=role, department_code=department)
        db.add(row)
        db.flush()
        return row

    ticket, lan = report(db, now)
    return Cast(
        binh=staff("binh", "Nguyễn Văn Bình", Role.CLERK, LIGHTING),
        chi=staff("chi", "Trần Thị Chi", Role.CLERK, CLEANING),
        dung=staff("dung", "Phạm Tiến Dũng", Role.LEADER, None),
        ha=staff("ha", "Lê Thu Hà", Role.DISPATCHER, "dispatch"),
        minh=staff("minh", "Đỗ Minh", Role.HEAD, LIGHTING),
        vu=staff("vu", "Vũ Văn Quản", Role.ADMIN, None),
        lan=lan,
        ticket=ticket,
    )


def jpeg(colour: str = "grey") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(out, "JPEG")
    return out.getvalue()
