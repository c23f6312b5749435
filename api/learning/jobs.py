"""The jobs of learning: look once a minute, forget once a night."""

from api.core.clock import SystemClock
from api.core.db import transaction
from api.core.jobs import tasks
from api.learning.gather import forget, gather, settle

clock = SystemClock()


@tasks.periodic(cron="* * * * *")
@tasks.task(name="learning.gather", queueing_lock="learning.gather", pass_context=False)
def look(timestamp: int) -> None:
    with transaction() as session:
        gather(session, clock.now())
        settle(session, clock.now())


@tasks.periodic(cron="27 2 * * *")
@tasks.task(name="learning.forget", queueing_lock="learning.forget", pass_context=False)
def forget_old(timestamp: int) -> None:
    with transaction() as session:
        forget(session, clock.now())
