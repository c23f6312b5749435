"""Secrets of accounts at rest: encrypted with a key made from the product's own secret, which is not in the database."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from api.core.errors import DomainError
from api.core.settings import get_settings


class SecretsUnreadable(DomainError):
    code = "secrets_unreadable"
    status = 409
    message = "Không đọc được khóa của kênh: khóa bí mật của hệ thống đã đổi. Anh/chị kết nối lại kênh giúp em nhé."


def _fernet() -> Fernet:
    digest = hashlib.sha256(b"langnghe channel secrets\x1f" + get_settings().secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def lock(secrets: Mapping[str, Any]) -> str:
    return _fernet().encrypt(json.dumps(dict(secrets)).encode()).decode()


def unlock(locked: str) -> dict[str, Any]:
    """Raises `SecretsUnreadable` if the product's secret is not the one that locked them."""
    try:
        opened: dict[str, Any] = json.loads(_fernet().decrypt(locked.encode()))
    except InvalidToken as error:
        raise SecretsUnreadable from error
    return opened
