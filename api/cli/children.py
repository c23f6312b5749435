"""Child processes that never outlive us: each in a group of its own, bound to our death by the kernel, with a log file."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.core.settings import ROOT

PR_SET_PDEATHSIG = 1
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_AFTER_SECONDS = 60.0  # a child that lived so long starts with a short pause again

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with(parent: int) -> None:
    """Runs in the child, before its program: a SIGKILL of the parent kills it too."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died while we were being made
            os._exit(1)


@dataclass(frozen=True)
class Program:
    """What to run, with which variables beside ours, and where its output goes."""

    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]


class Child:
    """One process. Start it from the main thread only: the kernel ends it when the thread that started it ends."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.pause = FIRST_PAUSE_SECONDS
        self.start()

    def start(self) -> None:
        me = os.getpid()
        self.started = time.monotonic()
        self.died: float | None = None
        with self.program.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.program.command,
                cwd=ROOT,
                env={**os.environ, **self.program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches only us; we end them in order
                preexec_fn=lambda: _die_with(me),
            )

    @property
    def code(self) -> int | None:
        """The exit code, None while it runs."""
        return self._process.poll()

    @property
    def pid(self) -> int:
        return self._process.pid

    def revive(self) -> bool:
        """Start it again if it died and its pause is over. True if it was started. The pause doubles with each death."""
        if self.code is None:
            return False
        now = time.monotonic()
        if self.died is None:
            self.died = now
            self._signal(signal.SIGKILL)  # whatever it left behind in its group
            if now - self.started > STEADY_AFTER_SECONDS:
                self.pause = FIRST_PAUSE_SECONDS
        if now - self.died < self.pause:
            return False
        self.pause = min(2 * self.pause, LONGEST_PAUSE_SECONDS)
        self.start()
        return True

    def ask_to_end(self) -> None:
        self._signal(signal.SIGTERM)

    def end(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic seconds), then kill. The whole group is gone afterwards."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, deadline - time.monotonic()))
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def last_line(log: Path) -> str:
    """The last line with words in a log, for the sentence that names the trouble."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else ""
