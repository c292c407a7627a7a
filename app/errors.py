"""Domain errors, and their conversion to problem+json (RFC 9457).

    SankuError
    ├── Invalid (422)            `fields` state what is wrong and what is expected
    ├── BadRequest (400)         the request cannot be parsed
    ├── Unauthenticated (401)
    ├── Forbidden (403)
    ├── NotFound (404)
    ├── Conflict (409)           the record's state does not allow the operation
    ├── StaleVersion (412)       the record has changed since it was read
    ├── TooLarge (413)
    ├── PreconditionRequired (428)
    ├── TooManyRequests (429)
    └── Unavailable (503)        a required part of the service is not ready

The first line of a class's docstring is its English message, `zh` its Chinese message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException as StarletteHTTPException

log = structlog.get_logger(__name__)

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid field: its dotted path (``indicators.0.unit``), a code for programs, and messages that state what is
    wrong and what is expected."""

    field: str
    code: str
    zh: str
    en: str

    def as_dict(self) -> dict[str, str]:
        """The error as an entry of `errors` in the problem document."""
        return {"field": self.field, "code": self.code, "message_zh": self.zh, "message_en": self.en}


class SankuError(Exception):
    """An error occurred."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    zh: ClassVar[str] = "出现错误。"

    def __init__(
        self,
        en: str | None = None,
        zh: str | None = None,
        *,
        code: str | None = None,
        fields: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        self.message_en = en or (type(self).__doc__ or "").strip().splitlines()[0]
        self.message_zh = zh or type(self).zh
        self.problem_code = code or type(self).code
        self.fields = tuple(fields)
        self.headers = dict(headers or {})
        self.extra = extra
        super().__init__(self.message_en)

    def problem(self, instance: str | None = None) -> dict[str, Any]:
        """The problem document; `instance` is the path of the request."""
        body: dict[str, Any] = {
            "type": f"urn:sanku:problem:{self.problem_code}",
            "title": self.problem_code.replace("_", " "),
            "status": self.status,
            "code": self.problem_code,
            "detail": f"{self.message_zh} {self.message_en}",
            "message_zh": self.message_zh,
            "message_en": self.message_en,
        }
        if instance:
            body["instance"] = instance
        if self.fields:
            body["errors"] = [field.as_dict() for field in self.fields]
        return body | self.extra


class Invalid(SankuError):
    """Some fields are invalid; nothing was saved."""

    status = 422
    code = "invalid"
    zh = "部分字段不符合要求,未保存任何内容。"

    @classmethod
    def field(cls, field: str, code: str, zh: str, en: str) -> "Invalid":
        """The error for one invalid field."""
        return cls(fields=[FieldError(field, code, zh, en)])


class BadRequest(SankuError):
    """The request cannot be parsed."""

    status = 400
    code = "bad_request"
    zh = "请求无法解析。"


class Unauthenticated(SankuError):
    """Please log in or send a valid API key."""

    status = 401
    code = "unauthenticated"
    zh = "请先登录,或提供有效的 API 密钥。"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headers.setdefault("WWW-Authenticate", "Bearer")


class Forbidden(SankuError):
    """You do not have permission to do this."""

    status = 403
    code = "forbidden"
    zh = "您无权执行此操作。"


class NotFound(SankuError):
    """The record does not exist, or you do not have permission to view it."""

    status = 404
    code = "not_found"
    zh = "记录不存在,或您无权查看。"


class Conflict(SankuError):
    """The record's current state does not allow this operation."""

    status = 409
    code = "conflict"
    zh = "记录当前状态不允许此操作。"


class StaleVersion(SankuError):
    """The record has been changed since you read it; read it again and repeat your change."""

    status = 412
    code = "stale_version"
    zh = "该记录在您读取之后已被他人修改,请重新读取后再修改。"


class TooLarge(SankuError):
    """The request body is too large."""

    status = 413
    code = "too_large"
    zh = "请求内容过大。"


class PreconditionRequired(SankuError):
    """Send If-Match with the ETag that you received, so that changes by others are not overwritten."""

    status = 428
    code = "precondition_required"
    zh = "请在 If-Match 中提供读取时获得的 ETag,以免覆盖他人的修改。"


class TooManyRequests(SankuError):
    """Too many attempts; try again later."""

    status = 429
    code = "too_many_requests"
    zh = "尝试次数过多,请稍后再试。"


class Unavailable(SankuError):
    """The service is temporarily unavailable; try again later."""

    status = 503
    code = "unavailable"
    zh = "服务暂不可用,请稍后重试。"


# Pydantic's error type → Chinese message; {…} are values of pydantic's error context.
_PYDANTIC_ZH: dict[str, str] = {
    "missing": "必填",
    "extra_forbidden": "字段不存在",
    "string_type": "应为字符串",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不符",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数,不带小数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "decimal_max_places": "至多 {decimal_places} 位小数",
    "decimal_max_digits": "至多 {max_digits} 位数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "enum": "应为以下之一: {expected}",
    "literal_error": "应为以下之一: {expected}",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "date_type": "应为日期,如 2027-06-30",
    "date_parsing": "应为日期,如 2027-06-30",
    "date_from_datetime_parsing": "应为日期,如 2027-06-30",
    "datetime_parsing": "应为日期时间,如 2027-06-30T08:00:00Z",
    "uuid_parsing": "应为 UUID",
    "uuid_type": "应为 UUID",
    "json_invalid": "JSON 无法解析",
    "value_error": "值不符合要求",
}


def field_errors(errors: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """Convert pydantic's errors to field errors. Errors of our validators carry ``zh`` and ``en`` in their context."""
    fields = []
    for error in errors:
        kind = str(error["type"])
        context = error.get("ctx") or {}
        path = [str(part) for part in error["loc"] if part not in ("body", "query", "path", "header")]
        english = str(context.get("en") or error["msg"])
        chinese = str(context.get("zh") or _chinese(kind, context) or english)
        fields.append(FieldError(".".join(path) or "body", kind, chinese, english))
    return fields


def _chinese(kind: str, context: Mapping[str, Any]) -> str | None:
    template = _PYDANTIC_ZH.get(kind)
    return template.format_map(context) if template else None


def problem_response(error: SankuError, request: Request) -> JSONResponse:
    """The error as a problem+json response."""
    return JSONResponse(
        error.problem(request.url.path), error.status, headers=error.headers, media_type=PROBLEM
    )


_TEXT = {"type": "string"}
_PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "message_zh", "message_en"],
    "properties": {
        **dict.fromkeys(("type", "title", "code", "detail", "message_zh", "message_en", "instance"), _TEXT),
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": dict.fromkeys(("field", "code", "message_zh", "message_en"), _TEXT),
            },
        },
    },
}


def problems(*errors: type[SankuError]) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI `responses` of a route that may raise these errors."""
    return {
        error.status: {
            "description": f"{error.zh} {error().message_en}",
            "content": {PROBLEM: {"schema": _PROBLEM_SCHEMA, "example": error().problem()}},
        }
        for error in errors
    }


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


def install(app: FastAPI) -> None:
    """Register the exception handlers, so that every error is returned as problem+json."""
    app.add_exception_handler(SankuError, _domain_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(StarletteHTTPException, _http_error)
    app.add_exception_handler(StaleDataError, _stale)
    app.add_exception_handler(IntegrityError, _integrity)
    app.add_exception_handler(OperationalError, _database_busy)
    app.add_exception_handler(Exception, _unexpected)
