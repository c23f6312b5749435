"""Memory of the idle product: the proportional set size of every process, so that what they share counts once."""

import time
from pathlib import Path

import psutil

from tests.bench.figures import Figure
from tests.product import Citizen, Product

LIMIT_MB = 800
IDLE_SECONDS = 20.0
NAMES = {"bot.serve": "bot", "api.serve": "API và trang quản trị", "api.worker": "tiến trình nền", "langnghe": "giám sát"}


def measure(product: Product) -> list[Figure]:
    """After one answer (so that everything is loaded) and a while of rest."""
    Citizen(product.address).ask("xin chào")
    time.sleep(IDLE_SECONDS)
    parts: dict[str, float] = {}
    for process in product.family():
        name = part_of(process)
        parts[name] = parts.get(name, 0.0) + pss_mb(process)
    figures = [Figure(f"Bộ nhớ khi nghỉ: {name}", value, "MB") for name, value in parts.items()]
    return [*figures, Figure("Bộ nhớ khi nghỉ: tất cả", sum(parts.values()), "MB", LIMIT_MB)]


def part_of(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    return next((name for key, name in NAMES.items() if key in command), "PostgreSQL")


def pss_mb(process: psutil.Process) -> float:
    rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    return int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1]) / 1024
