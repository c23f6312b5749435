"""Every channel by its name. A new channel is one file beside this one and one line here."""

from collections.abc import Callable
from functools import lru_cache

from api.channels.console import ConsoleChannel
from api.channels.contract import Channel, Platform
from api.channels.telegram import TelegramChannel
from api.channels.web import WebChannel
from api.channels.zalo import ZaloBotChannel
from api.channels.zalo_oa import ZaloOfficialChannel

# those with a platform behind them: webhooks, accounts, limits
PLATFORMS: dict[str, Callable[[], Platform]] = {
    "zalo": ZaloBotChannel,
    "zalo_oa": ZaloOfficialChannel,
    "telegram": TelegramChannel,
}
CHANNELS: dict[str, Callable[[], Channel]] = {"web": WebChannel, "console": ConsoleChannel, **PLATFORMS}


@lru_cache(maxsize=32)
def channel(name: str) -> Channel:
    return CHANNELS[name]()


@lru_cache(maxsize=32)
def platform(name: str) -> Platform:
    """Raises KeyError for a channel without a platform."""
    return PLATFORMS[name]()
