"""Who is writing: one citizen behind each channel identity, and the consents given."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.citizens.models import Citizen, Consent, Identity
from api.core.security import new_token, token_hash


def identify(session: Session, channel: str, account: str, external_id: str, display_name: str | None = None) -> Citizen:
    """The citizen behind a channel identity, made at the first message. Safe against two first messages at once."""
    known = _of_identity(session, channel, account, external_id)
    if known:
        return known
    citizen = Citizen(display_name=display_name)
    with session.begin_nested() as savepoint:
        session.add(citizen)
        session.flush()
        values = {"channel": channel, "account": account, "external_id": external_id, "display_name": display_name}
        added = session.execute(
            insert(Identity).values(citizen_id=citizen.id, **values).on_conflict_do_nothing().returning(Identity.id)
        ).scalar()
        if added is None:
            savepoint.rollback()
    if added is not None:
        return citizen
    winner = _of_identity(session, channel, account, external_id)
    assert winner is not None, "the conflicting identity was committed"
    return winner


def new_visitor(session: Session) -> tuple[Citizen, Identity, str]:
    """A fresh visitor of the web chat: citizen, identity and the token that only the visitor's browser keeps."""
    citizen, token = Citizen(), new_token()
    session.add(citizen)
    session.flush()
    identity = Identity(
        citizen_id=citizen.id, channel="web", account="default", external_id=uuid.uuid4().hex, token_hash=token_hash(token)
    )
    session.add(identity)
    session.flush()
    return citizen, identity, token


def visitor_of(session: Session, token: str) -> Identity | None:
    return session.scalar(select(Identity).where(Identity.token_hash == token_hash(token)))


def record_consent(session: Session, citizen_id: uuid.UUID, purpose: str, wording: str, now: datetime) -> Consent:
    """Keep one consent with the very words that were shown. Consents are withdrawn, never deleted."""
    consent = Consent(citizen_id=citizen_id, purpose=purpose, wording=wording, granted_at=now)
    session.add(consent)
    session.flush()
    return consent


def has_consent(session: Session, citizen_id: uuid.UUID, purpose: str) -> bool:
    query = select(Consent.id).where(
        Consent.citizen_id == citizen_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def remember_contact(session: Session, citizen_id: uuid.UUID, name: str | None, phone: str | None) -> None:
    """Keep the name and phone the citizen gave with a report, for the next one."""
    citizen = session.get_one(Citizen, citizen_id)
    citizen.display_name = name or citizen.display_name
    citizen.phone = phone or citizen.phone


def _of_identity(session: Session, channel: str, account: str, external_id: str) -> Citizen | None:
    return session.scalar(
        select(Citizen)
        .join(Identity, Identity.citizen_id == Citizen.id)
        .where(Identity.channel == channel, Identity.account == account, Identity.external_id == external_id)
    )
