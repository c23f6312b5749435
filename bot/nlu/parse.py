"""Parses messages with a trained model, in this process."""

import asyncio
import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

_WARM_UP = ("Xin chào", "Đèn đường hỏng ở đây", "cho toi hoi thu tuc")


class Engine:
    """A loaded model. Loading takes under a second; importing Rasa before it takes about six."""

    def __init__(self, model: Path) -> None:
        import rasa.core.test  # noqa: F401 - as `rasa run` has long done before it loads a model
        from rasa.core.agent import Agent

        start = time.perf_counter()
        self._agent = Agent.load(str(model))
        self._loop = asyncio.new_event_loop()
        for text in _WARM_UP:
            self.parse(text)
        self.load_seconds = time.perf_counter() - start

    def parse(self, text: str) -> dict[str, Any]:
        """Rasa's parse output for one message, and `latency_ms`, the time it took."""
        start = time.perf_counter()
        found: dict[str, Any] = self._loop.run_until_complete(self._agent.parse_message(text))
        found.pop("text_tokens", None)
        return {**found, "latency_ms": round((time.perf_counter() - start) * 1000, 3)}


def parse_lines(engine: Engine, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One answer for each line: the parse of its "text", or {"error": …, "line": number} where it has none."""
    for number, line in enumerate(lines, start=1):
        try:
            text = json.loads(line)["text"]
            if not isinstance(text, str):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            yield {"error": 'not a JSON object with a string "text"', "line": number}
        else:
            yield engine.parse(text)


def run(model: Path) -> int:
    """Standard input to standard output; each answer is flushed, so a caller may ask one message at a time."""
    engine = Engine(model)
    print(f"model loaded in {engine.load_seconds:.2f} s", file=sys.stderr, flush=True)
    for answer in parse_lines(engine, sys.stdin):
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 0
