"""The jobs of channels: confirm a pressed button, forget what is past its time."""

import logging
from datetime import timedelta

from sqlalchemy import delete

from api.channels import accounts
from api.channels.models import ChannelBucket, ChannelEvent
from api.channels.registry import platform
from api.core.clock import SystemClock
from api.core.db import transaction
from api.core.errors import OutsideFailure
from api.core.jobs import tasks
from api.core.settings import get_settings

log = logging.getLogger(__name__)
clock = SystemClock()
BUCKET_FORGOTTEN = timedelta(hours=1)  # by then it is full again anyway


@tasks.task(name="channels.confirm")
def confirm(channel: str, account: str, receipt: str) -> None:
    """Tell the platform that a pressed button was taken. If that fails, the phone waits in vain: no more."""
    with transaction() as session:
        row = accounts.find(session, channel, account)
        known = accounts.opened(row) if row is not None and row.state == "connected" else None
    try:
        if known is not None:
            platform(channel).confirm(known, receipt)
    except OutsideFailure as failure:
        log.info("%s: a pressed button was not confirmed: %s", channel, failure)


@tasks.periodic(cron="47 * * * *")
@tasks.task(name="channels.forget", queueing_lock="channels.forget", pass_context=False)
def forget(timestamp: int) -> None:
    """Payloads that became no message, and the buckets of chats that are long silent."""
    now = clock.now()
    with transaction() as session:
        kept = timedelta(days=get_settings().raw_retention_days)
        session.execute(delete(ChannelEvent).where(ChannelEvent.received_at < now - kept))
        session.execute(delete(ChannelBucket).where(ChannelBucket.at < now - BUCKET_FORGOTTEN))
