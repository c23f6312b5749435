"""What the adapters share when they call a platform: what a broken call means, and careful downloads."""

import ipaddress
from urllib.parse import urlsplit

import httpx

from api.channels.contract import Account, Failure, MediaGone, SendFailure

CALL_SECONDS = httpx.Timeout(15.0, connect=5.0)
DOWNLOAD_SECONDS = httpx.Timeout(20.0, connect=5.0)
# raised before a request has left: the platform cannot have seen it
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


def broken_call(error: BaseException | None) -> SendFailure:
    """A call without an answer: passing if it never left, else its outcome is unknown."""
    name = type(error).__name__
    if isinstance(error, _NEVER_LEFT):
        return SendFailure(f"connection: {name}", Failure.PASSING)
    return SendFailure(f"no answer: {name}", Failure.UNKNOWN)


def by_status(status: int) -> SendFailure | None:
    """What an HTTP status of a platform's gateway means, None if it says nothing."""
    if status == 504:  # the gateway waited in vain: what stands behind it may have worked
        return SendFailure("gateway time-out", Failure.UNKNOWN)
    if status == 429:
        return SendFailure("too many requests", Failure.BUSY)
    return SendFailure(f"status {status}", Failure.PASSING) if status >= 500 or status == 408 else None


def on_loopback(account: Account, default: str) -> bool:
    """Whether the account speaks to a twin on this machine."""
    return urlsplit(account.base_url(default)).hostname in {"127.0.0.1", "localhost", "::1"}


def download(url: str, limit: int, *, loopback: bool = False) -> bytes:
    """A file of a platform, at most `limit` bytes. Raises `MediaGone` or (passing) `SendFailure`.

    The address came in a payload: only HTTPS to a named host, unless the account itself is a twin on loopback.
    """
    if not _allowed(url, loopback):
        raise MediaGone
    try:
        with httpx.stream("GET", url, timeout=DOWNLOAD_SECONDS, trust_env=not loopback) as answer:
            if answer.status_code >= 500 or answer.status_code == 429:
                raise SendFailure(f"media: status {answer.status_code}", Failure.PASSING)
            if answer.status_code != 200:
                raise MediaGone
            return _read(answer, limit)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SendFailure(f"media: {type(error).__name__}", Failure.PASSING) from error


def _read(answer: httpx.Response, limit: int) -> bytes:
    data = bytearray()
    for chunk in answer.iter_bytes():
        data += chunk
        if len(data) > limit:
            raise MediaGone(too_large=True)
    return bytes(data)


def _allowed(url: str, loopback: bool) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if loopback and host in {"127.0.0.1", "localhost"}:
        return parts.scheme in {"http", "https"}
    return parts.scheme == "https" and "." in host and not _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
