"""Every channel by its name. A new channel is one file beside this one and one line here."""

from collections.abc import Callable
from functools import lru_cache

from api.channels.console import ConsoleChannel
from api.channels.contract import Channel
from api.channels.web import WebChannel

CHANNELS: dict[str, Callable[[], Channel]] = {
    "web": WebChannel,
    "console": ConsoleChannel,
}


@lru_cache(maxsize=32)
def channel(name: str) -> Channel:
    return CHANNELS[name]()
