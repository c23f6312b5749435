"""`langnghe up`: start everything side by side, keep it alive, and leave nothing behind."""

import signal
import time
from types import FrameType
from typing import Any

from api.cli import ground, plan
from api.cli.children import Child, Program, last_line
from api.cli.plan import Step
from api.cli.trouble import Trouble
from api.core import postgres
from api.core.settings import ROOT, Settings, get_settings

LOOK_SECONDS = 0.1  # between two looks at the children
STILL_SECONDS = 15.0  # after so long a step says that it is still at work
GOODBYE_SECONDS = 12.0  # the worker finishes its jobs for 10
DEATHS_ALLOWED = 2  # of a service before it was ever ready
DATABASE_LOOK_SECONDS = 2.0


class Stopped(Exception):
    """Somebody asked us to end."""


class Supervisor:
    """All children of one product. Used once: `start`, then `watch` until a signal, at the end always `stop`."""

    def __init__(self, settings: Settings, plan_: list[Step], say: "Progress") -> None:
        self.settings = settings
        self.steps = {step.name: step for step in plan_}
        self.say = say
        self.children: dict[str, Child] = {}
        self.deaths: dict[str, int] = {}
        self.done: set[str] = set()
        self.server: Any = None
        self.environment: dict[str, str] = {}
        self.stopping = False

    def start(self) -> None:
        """Returns when every step is done and every service answers. Raises `Trouble` with the step's sentence."""
        # these need no database: they work while it comes up
        self.environment = plan.common_environment(self.settings, self.settings.database_url)
        self._launch_due(without_database=True)
        self._start_database()
        while len(self.done) < len(self.steps):
            self._launch_due()
            for name in [n for n in self.children if n not in self.done]:
                self._look_at(self.steps[name])
            self._rest()

    def _start_database(self) -> None:
        address = self.settings.database_url
        if not address:
            try:
                self.server, address = postgres.start(self.settings.data_dir)
            except Exception as error:  # the wheel raises whatever its tools raise
                log = self.settings.data_dir / "postgres" / "log"
                raise Trouble(f"Không khởi động được PostgreSQL đi kèm ({type(error).__name__}); xem {log}.") from error
        self.environment = plan.common_environment(self.settings, address)

    def _launch_due(self, *, without_database: bool = False) -> None:
        for step in self.steps.values():
            if without_database and step.name not in {"assets", "train"}:
                continue
            if step.name not in self.children and self.done.issuperset(step.after):
                self.say.begins(step)
                log = ground.fresh_log(plan.log_folder(self.settings), step.name)
                self.children[step.name] = Child(Program(step.command, log, self.environment | step.environment))

    def _look_at(self, step: Step) -> None:
        child = self.children[step.name]
        if step.ready is None:
            if child.code is not None:
                self._finish_job(step, child)
        elif child.code is not None:
            self._count_death(step, child)
        elif plan.is_ready(step):
            self._is_done(step, child)
        if time.monotonic() - self.say.begun[step.name] > step.patience:
            self._fail(step, child)
        self.say.still(step)

    def _finish_job(self, step: Step, child: Child) -> None:
        if child.code:
            self._fail(step, child)
        self._is_done(step, child)

    def _count_death(self, step: Step, child: Child) -> None:
        if child.died is None:
            self.deaths[step.name] = self.deaths.get(step.name, 0) + 1
        if self.deaths[step.name] > DEATHS_ALLOWED:
            self._fail(step, child)
        child.revive()

    def _is_done(self, step: Step, child: Child) -> None:
        self.done.add(step.name)
        self.say.ends(step, last_line(child.program.log) if step.tells else "")

    def _fail(self, step: Step, child: Child) -> None:
        log = child.program.log
        raise Trouble(f"{step.failure} {last_line(log)}\nXem thêm: {log}".replace("  ", " "))

    def watch(self) -> None:
        """Start what dies again, for ever. Ends by `Stopped`."""
        looked = time.monotonic()
        while True:
            for name, step in self.steps.items():
                if step.ready is not None:
                    self._revive(step, self.children[name])
            if self.server is not None and time.monotonic() - looked > DATABASE_LOOK_SECONDS:
                self._keep_database()
                looked = time.monotonic()
            self._rest()

    def _rest(self) -> None:
        # a signal only sets the flag: raised in the middle of a start it would leave something running
        if self.stopping:
            raise Stopped
        time.sleep(LOOK_SECONDS)

    def _revive(self, step: Step, child: Child) -> None:
        code = child.code
        if code is not None and child.died is None:
            self.say.line(f"{step.title} dừng đột ngột (mã {code}); đang khởi động lại.")
        child.revive()

    def _keep_database(self) -> None:
        if not postgres.running(self.server):
            self.say.line("PostgreSQL dừng đột ngột; đang khởi động lại.")
            self.server, _ = postgres.start(self.settings.data_dir)

    def stop(self) -> None:
        """End every child, then the embedded database. Nothing of ours is left afterwards."""
        for child in self.children.values():
            child.ask_to_end()
        deadline = time.monotonic() + GOODBYE_SECONDS
        for child in self.children.values():
            child.end(deadline)
        if self.server is not None:
            self.server.stop()


class Progress:
    """What the operator sees: numbered lines, one when a step begins and one when it is done."""

    def __init__(self, plan_: list[Step], before: int) -> None:
        self.numbers = {step.name: before + i for i, step in enumerate(plan_, 1)}
        self.total = before + len(plan_)
        self.begun: dict[str, float] = {}
        self._told: dict[str, float] = {}

    def line(self, text: str) -> None:
        print(text, flush=True)

    def begins(self, step: Step) -> None:
        self.begun[step.name] = self._told[step.name] = time.monotonic()
        self._say(step, "…")

    def still(self, step: Step) -> None:
        now = time.monotonic()
        if now - self._told[step.name] > STILL_SECONDS:
            self._told[step.name] = now
            self._say(step, f"… đã {now - self.begun[step.name]:.0f} giây")

    def ends(self, step: Step, note: str = "") -> None:
        seconds = f"{time.monotonic() - self.begun[step.name]:.1f}".replace(".", ",")
        self._say(step, f"xong sau {seconds} giây. {note}".rstrip())
        self._told[step.name] = float("inf")

    def _say(self, step: Step, text: str) -> None:
        self.line(f"[{self.numbers[step.name]}/{self.total}] {step.title}: {text}".replace(": …", " …"))


def up(*, with_demo: bool, fake_channels: bool = False, steps_before: int = 0) -> None:
    """Run the product until Ctrl-C or SIGTERM. Raises `Trouble` if it cannot start."""
    begun = time.monotonic()
    settings = get_settings()
    ground.writable(settings.data_dir)
    if not plan.BOT_PYTHON.exists():
        raise Trouble("Môi trường của bot chưa được cài đặt; hãy chạy `scripts/run`.")
    if fake_channels and not (ROOT / "tests" / "fakes").is_dir():
        raise Trouble(
            "Bản cài đặt này không kèm kênh giả lập; hãy chạy `scripts/run --fake-channels` trong bản mã nguồn đầy đủ."
        )
    with ground.lock(settings.data_dir):
        ground.check_room(settings.data_dir)
        ground.check_ports(settings, fake_channels=fake_channels)
        plan_ = plan.steps(settings, with_demo=with_demo, fake_channels=fake_channels)
        run(Supervisor(settings, plan_, Progress(plan_, steps_before)), begun)


def run(supervisor: Supervisor, begun: float) -> None:
    _stop_on_signals(supervisor)
    try:
        supervisor.start()
        _tell(supervisor, time.monotonic() - begun)
        supervisor.watch()
    except Stopped:
        supervisor.say.line("\nĐang dừng Lắng Nghe …")
    finally:
        # a second Ctrl-C must not leave half of it running
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
    supervisor.say.line("Đã dừng.")


def _stop_on_signals(supervisor: Supervisor) -> None:
    def stop(_: int, __: FrameType | None) -> None:
        supervisor.stopping = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _tell(supervisor: Supervisor, seconds: float) -> None:
    from api.cli.welcome import welcome

    for line in welcome(supervisor.settings, seconds, fake_channels="fakes" in supervisor.steps):
        supervisor.say.line(line)
