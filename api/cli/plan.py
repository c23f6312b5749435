"""The steps of a start: what runs, after what, how we see that it is ready, and what to say if it is not."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from api.core.security import sign
from api.core.settings import ROOT, Settings

BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
PROBE_SECONDS = 2.0
# less memory for many threads, and no thread pools that fight over two cores
FRUGAL = {"MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Step:
    """`ready` None: a job that must end with 0. Else a service that stays, ready when the function says so."""

    name: str
    title: str
    command: list[str]
    failure: str
    after: tuple[str, ...] = ()
    ready: Callable[[], bool] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    patience: float = 180.0  # seconds until we give up
    tells: bool = False  # a job whose last line is a sentence for the operator


def steps(settings: Settings, *, with_demo: bool, fake_channels: bool = False) -> list[Step]:
    """Everything, in the order in which it is told to the operator. "postgres" is there before any service."""
    here = settings.own_address
    prepare = [sys.executable, "-m", "api.cli.freshness", *_flags(demo=with_demo, fake_channels=fake_channels)]
    product = [
        Step(
            "assets",
            "Thư viện giao diện",
            [sys.executable, str(ROOT / "scripts" / "assets")],
            "Không chuẩn bị được thư viện giao diện.",
            patience=600,
        ),
        Step(
            "train",
            "Huấn luyện bot",
            [sys.executable, "-m", "api.cli.nlu.freshness"],
            "Huấn luyện bot không thành công.",
            environment=bot_environment(settings),
            patience=1800,
            tells=True,
        ),
        Step("database", "Cơ sở dữ liệu", prepare, "Không chuẩn bị được cơ sở dữ liệu.", patience=1800, tells=True),
        Step(
            "bot",
            "Bot",
            [str(BOT_PYTHON), "-m", "bot.serve"],
            "Bot không khởi động được.",
            after=("train",),
            ready=lambda: bool(fetch(f"{settings.bot_address}/status").get("model_file")),
            environment=bot_environment(settings),
        ),
        Step(
            "api",
            "API và trang quản trị",
            [sys.executable, "-m", "api.serve"],
            "API không khởi động được.",
            after=("database", "assets"),
            ready=lambda: fetch(f"{here}/health")["database"]["state"] == "up" and all(map(answers, pages(here))),
        ),
        Step(
            "worker",
            "Tiến trình nền",
            [sys.executable, "-m", "api.worker"],
            "Tiến trình nền không khởi động được.",
            after=("database",),
            ready=lambda: fetch(f"{here}/health")["worker"]["state"] == "up",
        ),
    ]
    return [*product, fakes(settings)] if fake_channels else product


def fakes(settings: Settings) -> Step:
    """The fake platforms, which connect themselves with the product: a demo without tokens."""
    return Step(
        "fakes",
        "Kênh giả lập",
        [sys.executable, "-m", "tests.fakes", "--connect"],
        "Kênh giả lập không khởi động được.",
        after=("api", "worker"),
        ready=lambda: bool(fetch(f"{settings.fakes_address}/state")["connected"]),
    )


def _flags(**wanted: bool) -> list[str]:
    return [f"--{name.replace('_', '-')}" for name, on in wanted.items() if on]


def bot_environment(settings: Settings) -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "RASA_TELEMETRY_ENABLED": "false",
        "LANGNGHE_ACTION_URL": settings.action_address,
        "LANGNGHE_ACTION_TOKEN": sign(settings.secret, "actions"),
    }


def common_environment(settings: Settings, database_url: str) -> dict[str, str]:
    """What every child must agree on, wherever it came from: option, variable, .env file or default."""
    return FRUGAL | {
        "LANGNGHE_DATABASE_URL": database_url,
        "LANGNGHE_DATA_DIR": str(settings.data_dir),
        "LANGNGHE_HOST": settings.host,
        "LANGNGHE_PORT": str(settings.port),
        "LANGNGHE_BOT_PORT": str(settings.bot_port),
        "LANGNGHE_FAKES_PORT": str(settings.fakes_port),
    }


def pages(base: str) -> list[str]:
    return [f"{base}{path}" for path in ("/", "/admin/", "/docs")]


def fetch(address: str) -> dict[str, dict[str, str]]:
    """A JSON answer. Raises OSError or ValueError while there is none."""
    try:
        with _direct.open(address, timeout=PROBE_SECONDS) as answer:
            return json.loads(answer.read())  # type: ignore[no-any-return]
    except urllib.error.HTTPError as error:
        return json.loads(error.read())  # type: ignore[no-any-return]


def answers(address: str) -> bool:
    """Whether the page opens. Raises OSError if it does not."""
    with _direct.open(address, timeout=PROBE_SECONDS) as answer:
        return bool(answer.status == 200)


def is_ready(step: Step) -> bool:
    try:
        return step.ready is not None and step.ready()
    except (OSError, ValueError, KeyError, TypeError):
        return False


def log_folder(settings: Settings) -> Path:
    return settings.data_dir / "logs"
