"""Every channel by its name. A new channel is one file beside this one and one line here.

A platform's module is loaded when its channel is first spoken: its client library costs seconds and memory that a start, and an
installation that is not connected with it, need not pay.
"""

from functools import lru_cache
from pkgutil import resolve_name
from typing import cast

from api.channels.contract import Channel, Platform

# those with a platform behind them: webhooks, accounts, limits
PLATFORMS = {
    "zalo": "api.channels.zalo:ZaloBotChannel",
    "zalo_oa": "api.channels.zalo_oa:ZaloOfficialChannel",
    "telegram": "api.channels.telegram:TelegramChannel",
}
CHANNELS = {"web": "api.channels.web:WebChannel", "console": "api.channels.console:ConsoleChannel", **PLATFORMS}


@lru_cache(maxsize=32)
def channel(name: str) -> Channel:
    return cast(Channel, resolve_name(CHANNELS[name])())


@lru_cache(maxsize=32)
def platform(name: str) -> Platform:
    """Raises KeyError for a channel without a platform."""
    return cast(Platform, resolve_name(PLATFORMS[name])())
