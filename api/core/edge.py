"""What every answer and request passes at the outermost edge: security headers, a limit on bodies."""

from urllib.parse import unquote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.settings import get_settings
from api.core.web import problem

# Pages run only our own files. Styles set by scripts through the DOM are allowed anyway; `style` attributes are not.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
# charts and maps set `style` attributes from their own scripts
WORK_POLICY = PAGE_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
EMBEDDED = "/chat/embed"  # the one page that other sites may frame: the widget on a commune's home page
DRAIN_BYTES = 64_000_000  # read and thrown away so that a browser sees the answer instead of a broken connection


class SecurityHeaders:
    """Content-Security-Policy on pages, and on everything: no sniffing, little referrer. What a route set itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = unquote(scope["path"])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(MutableHeaders(scope=message), path)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _add(headers: MutableHeaders, path: str) -> None:
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    if headers.get("content-type", "").startswith("text/html"):
        headers.setdefault("Content-Security-Policy", _policy(path))
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), payment=(), usb=()")


def _tiles() -> str:
    """The authority's own tile server, where it names one: the only other place from which the console draws pictures."""
    address = urlsplit(get_settings().map_tiles_url.replace("{s}.", "*."))
    return f" {address.scheme}://{address.netloc}" if address.netloc else ""


def _policy(path: str) -> str:
    if path == EMBEDDED:
        return PAGE_POLICY + "*"
    if path.startswith("/admin"):
        return WORK_POLICY.replace("img-src 'self'", f"img-src 'self'{_tiles()}") + "'none'"
    return PAGE_POLICY + "'self'"


class BodyLimit:
    """Refuses a body above `limit` bytes before it fills memory or disk: 413 with a Vietnamese sentence."""

    def __init__(self, app: ASGIApp, limit: int, sentence: str) -> None:
        self._app, self._limit, self._sentence = app, limit, sentence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _declared(scope) > self._limit:
            await _drain(receive)
            await problem(413, "too_large", self._sentence)(scope, receive, send)
            return
        await self._app(scope, self._counting(receive), send)

    def _counting(self, receive: Receive) -> Receive:
        """For a body that did not declare its length: the application's own handler answers what is raised while it reads."""
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise HTTPException(413)
            return message

        return counted


def _declared(scope: Scope) -> int:
    value = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
    return int(value) if value.isdigit() else 0


async def _drain(receive: Receive) -> None:
    seen = 0
    while seen < DRAIN_BYTES:
        message = await receive()
        seen += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
