"""Exception handlers of the application: every error is answered as problem+json."""

from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException as StarletteHTTPException

from app.errors import (
    PROBLEM,
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    SankuError,
    StaleVersion,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from app.errors.pydantic_errors import field_errors

log = structlog.get_logger(__name__)


def problem_response(error: SankuError, request: Request) -> JSONResponse:
    """The error as a problem+json response."""
    return JSONResponse(
        error.problem(request.url.path), error.status, headers=error.headers, media_type=PROBLEM
    )


def error_of(error: Exception) -> SankuError:
    """The domain error that stands for any error."""
    match error:
        case SankuError():
            return error
        case RequestValidationError():
            return _validation_error(error)
        case StarletteHTTPException():
            return _http_error(error)
        case StaleDataError():
            return StaleVersion()
        case IntegrityError():
            return _integrity(error)
        case OperationalError() | PoolTimeout():
            return _database_busy(error)
        case _:
            return SankuError("An internal error occurred and was logged.", "服务出现内部错误，已记录。")


def _validation_error(error: RequestValidationError) -> SankuError:
    if any(item["type"] == "json_invalid" for item in error.errors()):
        return BadRequest("The body is not valid JSON.", "请求体不是有效的 JSON。", code="json_invalid")
    return Invalid(fields=field_errors(error.errors()))


def _http_error(error: StarletteHTTPException) -> SankuError:
    """Errors of the framework itself (unknown path or method) in the same form."""
    known: dict[int, type[SankuError]] = {
        400: BadRequest,
        401: Unauthenticated,
        403: Forbidden,
        404: NotFound,
        413: TooLarge,
    }
    if error.status_code == 404:
        return NotFound("There is no resource at this address.", "此地址不存在资源。")
    if error.status_code == 405:
        return SankuError(
            "This method is not allowed for this address.",
            "此地址不支持该请求方法。",
            code="method_not_allowed",
        )
    return known.get(error.status_code, SankuError)(str(error.detail))


def _integrity(error: IntegrityError) -> SankuError:
    """Two requests competed for a unique or foreign key; the transaction of the second one was rolled back."""
    log.warning("integrity_error", error=type(error.orig or error).__name__)
    return Conflict(
        "Another change was made first, or a referenced record no longer exists; nothing was saved.",
        "另一项修改已先完成，或引用的记录已不存在；未保存任何内容。",
    )


def _database_busy(error: OperationalError | PoolTimeout) -> SankuError:
    log.error("database_error", error=str(getattr(error, "orig", error)))
    return Unavailable(
        "The database could not complete the operation; nothing was saved. Try again.",
        "数据库未能完成操作，未保存任何内容，请重试。",
        headers={"Retry-After": "1"},
    )


FrameworkError = StarletteHTTPException
"""What the framework raises itself, for an unknown path or a body that it cannot parse."""


def status_of(error: Exception) -> int:
    """The HTTP status of any error."""
    return error.status_code if isinstance(error, StarletteHTTPException) else error_of(error).status


async def _answer(request: Request, error: Exception) -> Response:
    return problem_of(error, request)


def problem_of(error: Exception, request: Request) -> JSONResponse:
    """Any error as a problem+json response. An error of the framework keeps its status and headers."""
    if isinstance(error, StarletteHTTPException):
        body = error_of(error).problem(request.url.path) | {"status": error.status_code}
        return JSONResponse(body, error.status_code, headers=dict(error.headers or {}), media_type=PROBLEM)
    return problem_response(error_of(error), request)


ErrorAnswer = Callable[[Request, Exception], Awaitable[Response]]


def install_handlers(app: FastAPI, answer: ErrorAnswer = _answer) -> None:
    """Register `answer` for every error; by default it is returned as problem+json."""
    for error in (
        SankuError,
        RequestValidationError,
        StarletteHTTPException,
        StaleDataError,
        IntegrityError,
        OperationalError,
        PoolTimeout,
        Exception,
    ):
        app.add_exception_handler(error, answer)
