"""Business errors that know their own status. One handler turns them into problem+json or a Vietnamese sentence."""

from typing import Any


class DomainError(Exception):
    """Something a caller did that cannot be done.

    `code` is stable and English, `message` is the Vietnamese sentence a person reads, `status` the HTTP status (4xx).
    """

    code = "invalid"
    status = 422
    message = "Yêu cầu chưa hợp lệ, anh/chị kiểm tra lại giúp em nhé."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message
        self.details = details


class NotFound(DomainError):
    code = "not_found"
    status = 404
    message = "Không tìm thấy nội dung anh/chị cần."


class NotSignedIn(DomainError):
    code = "not_signed_in"
    status = 401
    message = "Anh/chị cần đăng nhập để tiếp tục."


class Forbidden(DomainError):
    code = "forbidden"
    status = 403
    message = "Anh/chị không có quyền thực hiện việc này."


class Conflict(DomainError):
    code = "conflict"
    status = 409
    message = "Nội dung này vừa được thay đổi, anh/chị tải lại rồi thử lại nhé."


class TooLarge(DomainError):
    code = "too_large"
    status = 413
    message = "Nội dung gửi lên lớn quá."


class TooMany(DomainError):
    code = "too_many_requests"
    status = 429
    message = "Anh/chị gửi nhanh quá, chờ một lát rồi thử lại giúp em nhé."


class OutsideFailure(Exception):
    """An outside system failed. `permanent`: trying again is pointless; `retry_after`: seconds the other side asked for."""

    def __init__(self, message: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
