"""The product's own processes for a soak or a measurement: API and worker as `langnghe up` starts them, killed at will."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from api.cli.children import Child, Program
from api.cli.plan import FRUGAL
from api.core.settings import get_settings
from tests.product import free_port

START_SECONDS = 120.0  # on a busy machine
GOODBYE_SECONDS = 12.0


class Parts:
    """API and (unless told otherwise) worker on the database of this process's settings. Use from the main thread only."""

    def __init__(self, bot: str, *, worker: bool = True) -> None:
        settings = get_settings()  # the same database, and the same secret that locks the accounts' keys
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = FRUGAL | {
            "LANGNGHE_DATABASE_URL": settings.database_url,
            "LANGNGHE_DATA_DIR": str(settings.data_dir),
            "LANGNGHE_PORT": str(self.port),
            "LANGNGHE_BOT_URL": bot,
            "LANGNGHE_CONSOLE": "false",
            "LANGNGHE_PUBLIC_URL": "",
        }
        self.logs = settings.data_dir / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.children = {name: self._child(name) for name in (["serve", "worker"] if worker else ["serve"])}

    def _child(self, name: str) -> Child:
        return Child(Program([sys.executable, "-m", f"api.{name}"], self.logs / f"{name}.log", self._environment))

    def kill(self) -> None:
        """SIGKILL to all of them at once; `tend` brings them back."""
        for child in self.children.values():
            os.kill(child.pid, signal.SIGKILL)

    def tend(self) -> int:
        """Start again what died. Returns how many that were."""
        return sum(child.revive() for child in self.children.values())

    def up(self) -> bool:
        try:
            health = httpx.get(f"{self.address}/health", timeout=5, trust_env=False).json()
        except (httpx.HTTPError, ValueError):
            return False
        return health["database"]["state"] == "up" and ("worker" not in self.children or health["worker"]["state"] == "up")

    def wait_up(self) -> None:
        wait(self.up, self.tend)

    def end(self) -> None:
        for child in self.children.values():
            child.ask_to_end()
        for child in self.children.values():
            child.end(time.monotonic() + GOODBYE_SECONDS)


@contextmanager
def running(bot: str, *, worker: bool = True) -> Iterator[Parts]:
    """Parts that answer, as long as the block runs."""
    parts = Parts(bot, worker=worker)
    try:
        parts.wait_up()
        yield parts
    finally:
        parts.end()


def wait(look: Callable[[], bool], meanwhile: Callable[[], object], seconds: float = START_SECONDS) -> None:
    """Until `look` says yes. Fails after `seconds`."""
    end = time.monotonic() + seconds
    while not look():
        meanwhile()
        assert time.monotonic() < end, f"it did not happen in {seconds:.0f} s"
        time.sleep(0.1)
