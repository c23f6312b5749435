"""Zalo Official Account, OA API v3, through a small client of our own."""

from api.channels.zalo_oa.channel import ZaloOfficialChannel

__all__ = ["ZaloOfficialChannel"]
