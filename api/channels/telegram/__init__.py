"""Telegram, through python-telegram-bot's client and types."""

from api.channels.telegram.channel import TelegramChannel

__all__ = ["TelegramChannel"]
