"""The job that announces one event."""

from procrastinate import RetryStrategy

from api.core.clock import SystemClock
from api.core.db import transaction
from api.core.jobs import tasks
from api.notifications.service import announce


@tasks.task(name="notifications.announce", retry=RetryStrategy(max_attempts=10, exponential_wait=2))
def announce_event(event_id: int) -> None:
    with transaction() as session:
        announce(session, event_id, SystemClock().now())
