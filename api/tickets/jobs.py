"""The periodic sweep of the ticket clock."""

from api.core.clock import SystemClock
from api.core.db import transaction
from api.core.jobs import tasks
from api.tickets.clock import candidates, tick


@tasks.periodic(cron="* * * * *")
@tasks.task(name="tickets.sweep", queueing_lock="tickets.sweep")
def sweep(timestamp: int) -> None:
    """Each ticket in a transaction of its own: one that fails holds up no other."""
    now = SystemClock().now()
    with transaction() as session:
        ids = candidates(session, now)
    for ticket_id in ids:
        with transaction() as session:
            tick(session, ticket_id, now)
