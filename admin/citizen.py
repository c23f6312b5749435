"""The citizens' pages: the chat, the same chat for a frame on another site, the script that puts it there."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.templating import Jinja2Templates

from api.conversations.intake import MAX_TEXT
from api.core.settings import get_settings
from api.localities.pack import pack
from api.reference import chapters, words

HERE = Path(__file__).parent
STATIC = HERE / "static"
MODULES = sorted(path.name for path in (STATIC / "citizen" / "chat").glob("*.js"))

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(HERE / "templates")


def _page(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    answer = templates.TemplateResponse(request, f"citizen/{name}", {"pack": pack(), **context}, status)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _chat(request: Request, name: str) -> HTMLResponse:
    settings = get_settings()
    return _page(
        request, name, modules=MODULES, max_text=MAX_TEXT, max_upload_mb=settings.max_upload_mb, zone=settings.timezone
    )


@router.get("/", response_class=HTMLResponse)
def chat(request: Request) -> HTMLResponse:
    return _chat(request, "chat.html")


@router.get("/chat/embed", response_class=HTMLResponse)
def embedded_chat(request: Request) -> HTMLResponse:
    return _chat(request, "embed.html")


@router.get("/widget.js", response_class=FileResponse)
def widget() -> FileResponse:
    """The only file that other sites load from us; it frames `/chat/embed`."""
    headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
    return FileResponse(STATIC / "citizen" / "widget.js", media_type="text/javascript", headers=headers)


@router.get("/docs", response_class=HTMLResponse)
def reference(request: Request) -> HTMLResponse:
    """The API's reference, drawn from what `/openapi.json` says."""
    told, base = request.app.openapi(), get_settings().public_address
    return _page(
        request, "docs.html", chapters=chapters(told), about=told["info"]["description"], token=words()["token"], base=base
    )


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks for a page, and not a program for data."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(("/api/", "/bot/", "/static/"))


def not_found(request: Request) -> HTMLResponse:
    return _page(request, "not_found.html", 404)
