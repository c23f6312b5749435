"""From a bare clone to the first answer by `scripts/run`, then a second start beside Rasa's own time to come up."""

import os
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from api.core.settings import ROOT
from tests.bench.figures import Figure
from tests.product import Citizen, Product, free_port

LIMIT_SECONDS = 300
LIMIT_OF_RASA = 2.0


def measure() -> list[Figure]:
    """Of what is committed. The package cache is whatever this machine has."""
    with TemporaryDirectory(prefix="ln-clone", dir="/tmp", ignore_cleanup_errors=True) as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", "--local", str(ROOT), str(clone)], check=True)
        first = start(clone, Path(folder) / "var")
        second = start(clone, Path(folder) / "var")
        alone = rasa_alone(clone)
    return [
        Figure("Từ bản sao trống đến câu trả lời đầu tiên", first, "giây", LIMIT_SECONDS),
        Figure("Khởi động lần hai (scripts/run)", second, "giây"),
        Figure("Riêng Rasa khởi động", alone, "giây"),
        Figure("Khởi động lần hai so với riêng Rasa", second / alone, "lần", LIMIT_OF_RASA),
    ]


def start(clone: Path, data: Path) -> float:
    """Seconds from the command to the bot's first answer."""
    begun = time.monotonic()
    product = Product(data, free_port(), free_port(), [str(clone / "scripts" / "run")], clone)
    try:
        product.wait_ready()
        Citizen(product.address).ask("xin chào")
        return time.monotonic() - begun
    finally:
        product.interrupt()
        print(product.said)


def rasa_alone(clone: Path) -> float:
    """Seconds until `rasa run` with our model and no database says that the model is there."""
    port = free_port()
    command = [clone / "bot" / ".venv" / "bin" / "python", "-m", "rasa", "run", "--enable-api", "--model", "bot/models"]
    environment = {**os.environ, "PYTHONPATH": str(clone), "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore"}
    begun = time.monotonic()
    process = subprocess.Popen(
        [*command, "--interface", "127.0.0.1", "--port", str(port)],
        cwd=clone,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not has_model(f"http://127.0.0.1:{port}/status"):
            assert process.poll() is None, "rasa run ended"
            time.sleep(0.05)
        return time.monotonic() - begun
    finally:
        process.terminate()
        process.wait(10)


def has_model(address: str) -> bool:
    try:
        return bool(httpx.get(address, timeout=2).json().get("model_file"))
    except (httpx.HTTPError, ValueError):
        return False
