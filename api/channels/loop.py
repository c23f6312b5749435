"""One event loop in a thread of its own, for platform libraries that speak only async. Everything else here is plain."""

import asyncio
import threading
from collections.abc import Coroutine
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="channels", daemon=True).start()
    return loop


def wait(coroutine: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result. Its own time-outs bound the waiting."""
    return asyncio.run_coroutine_threadsafe(coroutine, _loop()).result()
