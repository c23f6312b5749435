"""What API and console share at the HTTP edge: dependencies, problem+json, limits."""

from collections.abc import Callable
from typing import Annotated, Any

import limits
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.core.clock import Clock
from api.core.db import session_dependency
from api.core.errors import DomainError, TooMany

# scope="function": committed before the answer leaves, so nothing is acknowledged that is not durable
DB = Annotated[Session, Depends(session_dependency, scope="function")]


def clock_of(request: Request) -> Clock:
    clock: Clock = request.app.state.clock
    return clock


Now = Annotated[Clock, Depends(clock_of)]

_MESSAGES = {
    400: "Yêu cầu chưa đúng, anh/chị kiểm tra lại giúp em nhé.",
    404: "Không tìm thấy nội dung anh/chị cần.",
    405: "Thao tác này không được hỗ trợ ở địa chỉ này.",
    413: "Nội dung gửi lên lớn quá.",
    422: "Có ô nhập chưa hợp lệ, anh/chị kiểm tra lại giúp em nhé.",
}


def problem(status: int, code: str, message: str, /, **extra: Any) -> JSONResponse:
    """An RFC 9457 problem. `detail` is a Vietnamese sentence, `code` stable and English; `extra` replaces none of them."""
    fixed = {"type": f"urn:langnghe:{code}", "title": code, "status": status, "detail": message, "code": code}
    body = fixed | {name: value for name, value in extra.items() if name not in fixed}
    return JSONResponse(body, status, media_type="application/problem+json")


def install_problem_handlers(app: FastAPI) -> None:
    @app.exception_handler(DomainError)
    def _domain(_: Request, error: DomainError) -> Response:
        return problem(error.status, error.code, error.message, **error.details)

    @app.exception_handler(RequestValidationError)
    def _validation(_: Request, error: RequestValidationError) -> Response:
        # the input itself is not repeated: it may hold what a citizen wrote
        fields = [{"field": ".".join(map(str, e["loc"])), "rule": e["type"]} for e in error.errors()]
        return problem(422, "invalid", _MESSAGES[422], fields=fields)

    @app.exception_handler(DataError)
    def _data(_: Request, error: DataError) -> Response:
        # what no column can hold: a NUL character, a number beyond all numbers
        return problem(422, "invalid", _MESSAGES[422])

    @app.exception_handler(HTTPException)
    def _http(_: Request, error: HTTPException) -> Response:
        return problem(error.status_code, "http_error", _MESSAGES.get(error.status_code, _MESSAGES[400]))


_limiter = MovingWindowRateLimiter(MemoryStorage())


def rate_limit(rule: str, key: Callable[[Request], str]) -> Any:
    """A dependency that allows `rule` ("30/minute") for each `key(request)`, else answers 429."""
    parsed = limits.parse(rule)

    def check(request: Request) -> None:
        if not _limiter.hit(parsed, request.url.path, key(request)):
            raise TooMany

    return Depends(check)
