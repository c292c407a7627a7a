"""Exception handlers of the application: every error is answered as problem+json."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
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


async def _domain_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SankuError)
    return problem_response(error, request)


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if any(item["type"] == "json_invalid" for item in error.errors()):
        return problem_response(
            BadRequest("The body is not valid JSON.", "请求体不是有效的 JSON。", code="json_invalid"), request
        )
    return problem_response(Invalid(fields=field_errors(error.errors())), request)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    """Errors of the framework itself (unknown path or method) in the same form."""
    assert isinstance(error, StarletteHTTPException)
    known: dict[int, type[SankuError]] = {
        400: BadRequest,
        401: Unauthenticated,
        403: Forbidden,
        404: NotFound,
        413: TooLarge,
    }
    if error.status_code == 404:
        problem: SankuError = NotFound("There is no resource at this address.", "此地址不存在资源。")
    elif error.status_code == 405:
        problem = SankuError(
            "This method is not allowed for this address.",
            "此地址不支持该请求方法。",
            code="method_not_allowed",
        )
    else:
        problem = known.get(error.status_code, SankuError)(str(error.detail))
    body = problem.problem(request.url.path) | {"status": error.status_code}
    return JSONResponse(body, error.status_code, headers=dict(error.headers or {}), media_type=PROBLEM)


async def _stale(request: Request, _: Exception) -> JSONResponse:
    return problem_response(StaleVersion(), request)


async def _integrity(request: Request, error: Exception) -> JSONResponse:
    """Two requests competed for a unique or foreign key; the transaction of the second one was rolled back."""
    log.warning("integrity_error", error=type(getattr(error, "orig", error)).__name__)
    return problem_response(
        Conflict(
            "Another change was made first, or a referenced record no longer exists; nothing was saved.",
            "另一项修改已先完成,或引用的记录已不存在;未保存任何内容。",
        ),
        request,
    )


async def _database_busy(request: Request, error: Exception) -> JSONResponse:
    log.error("database_error", error=str(getattr(error, "orig", error)))
    return problem_response(
        Unavailable(
            "The database could not complete the operation; nothing was saved. Try again.",
            "数据库未能完成操作,未保存任何内容,请重试。",
            headers={"Retry-After": "1"},
        ),
        request,
    )


async def _unexpected(request: Request, _: Exception) -> JSONResponse:
    return problem_response(
        SankuError("An internal error occurred and was logged.", "服务出现内部错误,已记录。"), request
    )


def install_handlers(app: FastAPI) -> None:
    """Register the exception handlers, so that every error is returned as problem+json."""
    app.add_exception_handler(SankuError, _domain_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(StarletteHTTPException, _http_error)
    app.add_exception_handler(StaleDataError, _stale)
    app.add_exception_handler(IntegrityError, _integrity)
    app.add_exception_handler(OperationalError, _database_busy)
    app.add_exception_handler(PoolTimeout, _database_busy)
    app.add_exception_handler(Exception, _unexpected)
