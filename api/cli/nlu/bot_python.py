"""The bot's own Python: it lives in an environment of its own."""

import os
import subprocess
from typing import Any

from api.cli.plan import BOT_PYTHON, FRUGAL
from api.cli.trouble import Trouble
from api.core.settings import ROOT


def call_bot(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    """`python -m bot.nlu` with these arguments, in the bot's environment."""
    if not BOT_PYTHON.exists():
        raise Trouble("Môi trường của bot chưa được cài đặt; hãy chạy `scripts/run`.")
    own = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "ignore", "RASA_TELEMETRY_ENABLED": "false"}
    return subprocess.run(
        [str(BOT_PYTHON), "-m", "bot.nlu", *arguments],
        cwd=ROOT,
        env={**os.environ, **FRUGAL, **own},
        encoding="utf-8",
        check=False,
        **options,
    )
