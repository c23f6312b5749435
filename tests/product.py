"""The whole product as an operator starts it, for tests and measurements: `langnghe up` on free ports and in its own folder."""

import os
import signal
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from api.core.settings import ROOT

READY = "Nhấn Ctrl-C để dừng."
START_SECONDS = 900  # an installation and a first training on a busy machine included
ANSWER_SECONDS = 60  # a killed bot comes back within these on a busy machine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Product:
    """One run of `command` (default: `langnghe up`). Everything it prints is kept in `lines`."""

    def __init__(self, data: Path, port: int, bot_port: int, command: Sequence[str] = (), cwd: Path = ROOT) -> None:
        self.data, self.port, self.bot_port = data, port, bot_port
        self.address, self.bot_address = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{bot_port}"
        started = list(command) or [str(ROOT / ".venv" / "bin" / "langnghe"), "up"]
        strange = {"LANGNGHE_DATABASE_URL", "LANGNGHE_PUBLIC_URL"}  # of the test run around us
        self.lines: list[str] = []
        self._ready = threading.Event()
        self.process = subprocess.Popen(
            [*started, "--port", str(port), "--bot-port", str(bot_port), "--data", str(data)],
            cwd=cwd,
            env={key: value for key, value in os.environ.items() if key not in strange},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith(READY):
                self._ready.set()
        self._ready.set()

    def wait_ready(self) -> None:
        assert self._ready.wait(START_SECONDS), self.said
        assert self.process.poll() is None, self.said

    def wait_end(self) -> int:
        """The exit code."""
        code = self.process.wait(START_SECONDS)
        self._reader.join(5)
        return code

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    def interrupt(self) -> int:
        """Ctrl-C. Returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.wait_end()

    def kill(self) -> None:
        """SIGKILL, as nobody should."""
        self.process.kill()
        self.wait_end()

    def family(self) -> list[psutil.Process]:
        """Supervisor, children, and the database server with its processes."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True), *self.database()]

    def child(self, module: str) -> psutil.Process:
        """The process that runs `python -m module`."""
        return next(p for p in self.family() if f"-m {module}" in " ".join(p.cmdline()))

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the product's own database."""
        with psycopg.connect(f"postgresql://postgres@/langnghe?host={self.data / 'postgres'}") as connection:
            return connection.execute(statement, values).fetchall()

    def database(self) -> list[psutil.Process]:
        pid_file = self.data / "postgres" / "postmaster.pid"
        if not pid_file.exists():
            return []
        try:
            server = psutil.Process(int(pid_file.read_text().split()[0]))
            return [server, *server.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def gone(processes: Sequence[psutil.Process]) -> bool:
    """Waits for the processes to end; whether all did."""
    _, alive = psutil.wait_procs(list(processes), timeout=10)
    return not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]


class Citizen:
    """A browser's side of the web chat, over its API."""

    def __init__(self, address: str) -> None:
        self.client = httpx.Client(base_url=f"{address}/api/v1/chat", timeout=ANSWER_SECONDS)
        token = self.client.post("/visitors").raise_for_status().json()["token"]
        self.client.headers["Authorization"] = f"Bearer {token}"

    def send(self, text: str, payload: str | None = None) -> int:
        """Returns the message's id once it is durable. `payload`: of the button that was pressed."""
        body = {"client_id": uuid.uuid4().hex, "text": text, "payload": payload}
        return int(self.client.post("/messages", json=body).raise_for_status().json()["id"])

    def ask(self, text: str) -> list[dict[str, Any]]:
        """Send a message and wait for all that is answered to it."""
        return self.answers_to(self.send(text))

    def answers_to(self, message: int) -> list[dict[str, Any]]:
        """The bot's messages after ours, when it has stopped typing. Heard over the stream, as a page hears them."""
        answers: list[dict[str, Any]] = []
        for thread in self.stream(message):
            answers += [m for m in thread["messages"] if m["author"] == "bot"]
            if answers and not thread["typing"]:
                return answers
        raise AssertionError("the stream ended without an answer")

    def stream(self, after: int) -> Iterator[dict[str, Any]]:
        end = time.monotonic() + ANSWER_SECONDS
        with self.client.stream("GET", "/stream", params={"after": after}) as response:
            for line in response.raise_for_status().iter_lines():
                assert time.monotonic() < end, "no answer in time"
                if line.startswith("data:"):
                    yield httpx.Response(200, content=line.removeprefix("data:")).json()

    def history(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/messages").raise_for_status().json()["messages"]
        return found
