"""The worker: runs the queue of every slice, and frees what a killed worker had in its hands."""

import asyncio
import contextlib
import logging
import signal
from concurrent.futures import ThreadPoolExecutor

from procrastinate import App
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

from api.conversations.polling import Poller
from api.core import jobs, logs
from api.core.clock import Clock, SystemClock
from api.core.settings import get_settings
from api.core.tables import load_all

log = logging.getLogger(__name__)
HEARTBEAT_SECONDS = 2.0
DEAD_AFTER_SECONDS = 10.0
LOOK_SECONDS = 0.5  # between two looks for jobs whose moment has come; new ones are told at once


async def run(stop: asyncio.Event | None = None) -> None:
    """Work until `stop` is set or the process is told to end (SIGTERM, SIGINT)."""
    load_all()
    stop = stop or _stop_on_signal()
    app = jobs.app()
    # plain jobs run in threads; by default there would be fewer of them than jobs side by side
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(get_settings().worker_concurrency + 2))
    poller = Poller(SystemClock())
    poller.start()
    async with app.open_async():
        rescue = asyncio.create_task(_rescue(app, SystemClock()))
        work = asyncio.create_task(_work(app))
        ended = asyncio.create_task(stop.wait())
        await asyncio.wait({work, ended}, return_when=asyncio.FIRST_COMPLETED)
        poller.stop()
        for task in (rescue, ended, work):
            task.cancel()
        for task in (rescue, ended, work):
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _work(app: App) -> None:
    await app.run_worker_async(
        concurrency=get_settings().worker_concurrency,
        install_signal_handlers=False,
        fetch_job_polling_interval=LOOK_SECONDS,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=DEAD_AFTER_SECONDS,
        shutdown_graceful_timeout=10,
        # what is done is history in our own tables
        delete_jobs="successful",
    )


async def _rescue(app: App, clock: Clock, pause: float = HEARTBEAT_SECONDS) -> None:
    """Jobs of a worker that died keep their lock for ever; put them back into the queue.

    Who has overslept (the machine was paused, or starved) looks dead himself, and would take his own jobs from his own hands:
    he lets his heart beat first.
    """
    while True:
        before = clock.now()
        await asyncio.sleep(pause)
        if (clock.now() - before).total_seconds() > 2 * pause:
            continue
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
                await _put_back(app, job)
        except ConnectorException:
            log.warning("the database does not answer; the worker tries again")


async def _put_back(app: App, job: Job) -> None:
    try:
        await app.job_manager.retry_job(job)
    except UniqueViolation:  # its twin waits already and does the same work; but only once this one frees their lock
        await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)


def _stop_on_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


if __name__ == "__main__":
    logs.set_up()
    asyncio.run(run())
