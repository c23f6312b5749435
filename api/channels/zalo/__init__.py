"""Zalo Bot, through python-zalo-bot ("zalo-bot-sdk"), read strictly."""

from api.channels.zalo.channel import ZaloBotChannel

__all__ = ["ZaloBotChannel"]
