"""Domain errors, and their form as problem+json (RFC 9457).

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
        └── Outage               a process that others share is away: what needs it is done later, however often

The first line of a class's docstring is its English message, `zh` its Chinese message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid field: its dotted path (``indicators.0.unit``), a code for programs, and messages that state what is
    wrong and what is expected.

    Attributes:
        span: start and end of the wrong part, as character offsets in the field's text.
        confirm: what the client may confirm, if the error is a question.
    """

    field: str
    code: str
    zh: str
    en: str
    span: tuple[int, int] | None = None
    confirm: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The error as an entry of `errors` in the problem document."""
        entry: dict[str, Any] = {
            "field": self.field,
            "code": self.code,
            "message_zh": self.zh,
            "message_en": self.en,
        }
        if self.span is not None:
            entry |= {"start": self.span[0], "end": self.span[1]}
        if self.confirm is not None:
            entry["confirm"] = self.confirm
        return entry


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
    zh = "部分字段不符合要求，未保存任何内容。"

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
    zh = "请先登录，或提供有效的 API 密钥。"

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
    zh = "记录不存在，或您无权查看。"


class Conflict(SankuError):
    """The record's current state does not allow this operation."""

    status = 409
    code = "conflict"
    zh = "记录当前状态不允许此操作。"


class StaleVersion(SankuError):
    """The record has been changed since you read it; read it again and repeat your change."""

    status = 412
    code = "stale_version"
    zh = "该记录在您读取之后已被他人修改，请重新读取后再修改。"


class TooLarge(SankuError):
    """The request body is too large."""

    status = 413
    code = "too_large"
    zh = "请求内容过大。"


class PreconditionRequired(SankuError):
    """Send If-Match with the ETag that you received, so that changes by others are not overwritten."""

    status = 428
    code = "precondition_required"
    zh = "请在 If-Match 中提供读取时获得的 ETag，以免覆盖他人的修改。"


class TooManyRequests(SankuError):
    """Too many attempts; try again later."""

    status = 429
    code = "too_many_requests"
    zh = "尝试次数过多，请稍后再试。"


class Unavailable(SankuError):
    """The service is temporarily unavailable; try again later."""

    status = 503
    code = "unavailable"
    zh = "服务暂不可用，请稍后重试。"


class Outage(Unavailable):
    """A process of the service that others need is away; try again later."""

    code = "outage"
    zh = "服务的某一部分暂不可用，请稍后重试。"


_TEXT = {"type": "string"}
PROBLEM_SCHEMA: dict[str, Any] = {
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
                "required": ["field", "code", "message_zh", "message_en"],
                "properties": {
                    **dict.fromkeys(("field", "code", "message_zh", "message_en", "confirm"), _TEXT),
                    **{name: {"type": "integer"} for name in ("start", "end")},
                },
            },
        },
    },
}


def problems(*errors: type[SankuError]) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI `responses` of a route that may raise these errors."""
    return {
        error.status: {
            "description": f"{error.zh} {error().message_en}",
            "content": {PROBLEM: {"schema": PROBLEM_SCHEMA, "example": error().problem()}},
        }
        for error in errors
    }
