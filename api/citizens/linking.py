"""One citizen, several channels: a code shown in one is typed in another, and both become the same citizen.

A six-digit code is short, so guessing is what is guarded against: it lives ten minutes, works once, and dies after five
wrong tries by anybody at all; each citizen has five tries an hour. A stranger's chance is thus five in a million a code.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from api.citizens.models import Citizen, Consent, Identity, LinkCode, LinkTry
from api.core.errors import Conflict, TooMany
from api.core.security import sign
from api.core.settings import get_settings

DIGITS = 6
LIFE = timedelta(minutes=10)
TRIES = 5  # wrong ones: of a code in its life, and of a citizen in `TRIES_WITHIN`
TRIES_WITHIN = timedelta(hours=1)
CODES_AN_HOUR = 5
_LOCK = 8162  # our number of PostgreSQL's advisory locks: linking is rare, so all of it goes one after the other


class WrongCode(Conflict):
    code = "wrong_link_code"
    message = "Dạ mã liên kết này không đúng hoặc đã hết hạn. Anh/chị gõ “liên kết” ở kênh kia để lấy mã mới giúp em nhé."


class TooManyTries(TooMany):
    code = "too_many_link_tries"
    message = "Dạ anh/chị đã nhập sai nhiều lần. Anh/chị thử lại sau một giờ giúp em nhé."


class TooManyCodes(TooMany):
    code = "too_many_link_codes"
    message = "Dạ anh/chị đã lấy mã nhiều lần. Anh/chị thử lại sau một giờ giúp em nhé."


@dataclass(frozen=True)
class Merged:
    """`gone` has nothing left: everything of it belongs to `kept` now. `gone` is None where they were one before."""

    kept: uuid.UUID
    gone: uuid.UUID | None


def issue_code(session: Session, citizen_id: uuid.UUID, now: datetime) -> str:
    """A fresh code for this citizen; an older one no longer works. Raises `TooManyCodes`."""
    _alone(session)
    mine = LinkCode.citizen_id == citizen_id
    recent = session.scalar(select(func.count()).where(mine, LinkCode.issued_at > now - timedelta(hours=1))) or 0
    if recent >= CODES_AN_HOUR:
        raise TooManyCodes
    session.execute(update(LinkCode).where(mine, LinkCode.used_at.is_(None)).values(expires_at=now))
    taken = set(session.scalars(select(LinkCode.code_hash).where(_live(now))))
    code = _free_code(taken)
    session.add(LinkCode(citizen_id=citizen_id, code_hash=_hash(code), issued_at=now, expires_at=now + LIFE, wrong_tries=0))
    session.flush()
    return code


def _free_code(taken: set[str]) -> str:
    while _hash(code := f"{secrets.randbelow(10**DIGITS):0{DIGITS}}") in taken:
        pass
    return code


def looks_like_code(said: str) -> bool:
    return len(said) == DIGITS and said.isascii() and said.isdigit()


def expects_code(session: Session, citizen_id: uuid.UUID, now: datetime) -> bool:
    """Whether six digits from this citizen may be a code: one was issued in another chat a moment ago."""
    return session.scalar(select(LinkCode.id).where(_live(now), LinkCode.citizen_id != citizen_id).limit(1)) is not None


def redeem(session: Session, citizen_id: uuid.UUID, code: str, now: datetime) -> Merged:
    """Make the citizen who types `code` and the one who was shown it one. The same code again says so once more.

    Raises `TooManyTries`, or `WrongCode` after counting the try: the caller commits either way (`count_wrong`).
    """
    _alone(session)
    me = session.get_one(Citizen, citizen_id, populate_existing=True)
    row = session.scalar(
        select(LinkCode)
        .where(LinkCode.code_hash == _hash(code), LinkCode.expires_at > now)
        .order_by(LinkCode.id.desc())
        .limit(1)
    )
    if row is not None and row.citizen_id == me.id and row.used_at is not None:
        return Merged(me.id, None)
    if tries_left(session, citizen_id, now) <= 0:
        raise TooManyTries
    if row is None or row.used_at is not None or row.wrong_tries >= TRIES or row.citizen_id == me.id:
        raise WrongCode
    row.used_at = now
    other = session.get_one(Citizen, row.citizen_id, populate_existing=True)
    kept, gone = sorted((me, other), key=lambda one: (one.created_at, str(one.id)))
    return _merge(session, kept, gone)


def count_wrong(session: Session, citizen_id: uuid.UUID, now: datetime) -> None:
    """Note a wrong code, against whoever typed it and against every code that it might have been a guess at."""
    session.add(LinkTry(citizen_id=citizen_id, at=now))
    session.execute(update(LinkCode).where(_live(now)).values(wrong_tries=LinkCode.wrong_tries + 1))
    session.flush()


def tries_left(session: Session, citizen_id: uuid.UUID, now: datetime) -> int:
    query = select(func.count()).where(LinkTry.citizen_id == citizen_id, LinkTry.at > now - TRIES_WITHIN)
    return TRIES - (session.scalar(query) or 0)


def channels_of(session: Session, citizen_id: uuid.UUID) -> list[str]:
    """The channels on which we know this citizen, in order of their first use."""
    rows = session.scalars(select(Identity.channel).where(Identity.citizen_id == citizen_id).order_by(Identity.id))
    return list(dict.fromkeys(rows))


def _merge(session: Session, kept: Citizen, gone: Citizen) -> Merged:
    """Identities, consents and codes; what belongs to other slices is theirs to move."""
    # whoever is about to refer to the younger one waits until everything has moved
    session.refresh(gone, with_for_update=True)
    for table in (Identity, Consent, LinkCode, LinkTry):
        session.execute(update(table).where(table.citizen_id == gone.id).values(citizen_id=kept.id))
    session.execute(update(Citizen).where(Citizen.merged_into_id == gone.id).values(merged_into_id=kept.id))
    kept.display_name = kept.display_name or gone.display_name
    kept.phone = kept.phone or gone.phone
    gone.display_name = gone.phone = None
    gone.merged_into_id = kept.id
    session.flush()
    return Merged(kept.id, gone.id)


def _live(now: datetime):  # type: ignore[no-untyped-def]
    return (LinkCode.expires_at > now) & LinkCode.used_at.is_(None) & (LinkCode.wrong_tries < TRIES)


def _hash(code: str) -> str:
    """Keyed: a million hashes of six digits are quickly tried."""
    return sign(get_settings().secret, "link", code)


def _alone(session: Session) -> None:
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
