"""Before a message's turn: what the citizen sent beside words is fetched, or it is said politely why it cannot be."""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from api.channels import accounts
from api.channels.contract import Account, Kind, MediaGone, MediaRef, OutgoingMessage
from api.channels.registry import PLATFORMS, platform
from api.channels.words import words
from api.conversations.models import Conversation, Message
from api.conversations.photos import store_photo
from api.core.clock import Clock
from api.core.errors import DomainError, OutsideFailure
from api.core.settings import get_settings

log = logging.getLogger(__name__)
PATIENCE = timedelta(minutes=2)  # a photo that cannot be fetched holds up its conversation no longer
MOST_PHOTOS = 10  # of one message


class Transaction(Protocol):
    def __call__(self) -> AbstractContextManager[Session]: ...


@dataclass
class Fetched:
    """What became of a message's photos: the bytes of those that came, and a sentence for those that did not."""

    photos: list[bytes] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def needs_preparing(row: Message) -> bool:
    return bool(row.extra.get("media"))


def answer_without_bot(row: Message) -> str | None:
    """The sentence for messages that the bot can make nothing of."""
    if row.kind == Kind.VOICE and not row.text:
        return words()["voice"]
    if row.kind == Kind.CONTACT and not row.extra.get("phone"):
        return words()["foreign_contact"]
    return None


def prepare(message_id: int, clock: Clock, transaction: Transaction) -> list[OutgoingMessage]:
    """Fetch and keep the message's photos. Returns what is to be said about those that could not be had.

    Nothing is fetched inside a transaction. Raises `OutsideFailure` while trying again may still help.
    """
    with transaction() as session:
        row = session.get_one(Message, message_id)
        refs = [MediaRef(**ref) for ref in row.extra.get("media", [])][:MOST_PHOTOS]
        account = _account(session, session.get_one(Conversation, row.conversation_id))
        patient = clock.now() - row.created_at < PATIENCE
    fetched = _fetch(account, [ref for ref in refs if ref.kind == "image"], patient=patient)
    with transaction() as session:
        row = session.get_one(Message, message_id, with_for_update=True)
        _keep(session, row, fetched, clock)
    return [OutgoingMessage(sentence) for sentence in dict.fromkeys(fetched.troubles)]


def _account(session: Session, conversation: Conversation) -> Account | None:
    row = accounts.find(session, conversation.channel, conversation.account)
    return accounts.opened(row) if row is not None and conversation.channel in PLATFORMS else None


def _fetch(account: Account | None, refs: Sequence[MediaRef], *, patient: bool) -> Fetched:
    fetched = Fetched()
    for ref in refs:
        try:
            if account is None:
                raise MediaGone
            fetched.photos.append(platform(account.channel).fetch(account, ref, _limit()))
        except MediaGone as gone:
            fetched.troubles.append(_sentence(gone))
        except OutsideFailure as failure:
            if patient:
                raise
            log.warning("a photo could not be fetched: %s", failure)
            fetched.troubles.append(words()["photo_gone"])
    return fetched


def _keep(session: Session, row: Message, fetched: Fetched, clock: Clock) -> None:
    ids: list[str] = []
    for data in fetched.photos:
        try:
            media = store_photo(session, data, conversation_id=row.conversation_id, now=clock.now())
        except DomainError as refused:
            fetched.troubles.append(refused.message)
        else:
            ids.append(str(media.id))
    row.media_ids = [*row.media_ids, *ids]
    extra: dict[str, Any] = {key: value for key, value in row.extra.items() if key != "media"}
    row.extra = extra
    session.flush()


def _limit() -> int:
    return get_settings().max_upload_mb * 1_000_000


def _sentence(gone: MediaGone) -> str:
    said = words()
    return said["photo_too_large"].format(limit=get_settings().max_upload_mb) if gone.too_large else said["photo_gone"]
