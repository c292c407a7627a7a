"""What the client raises: a problem that the service states, or a service that was not reached.

ClientError
├── Unreachable            no answer came
└── Problem                the service answered with an error (problem+json, RFC 9457)
    ├── NotModified (304), BadRequest (400), Unauthenticated (401), Forbidden (403), NotFound (404)
    ├── Conflict (409), Outdated (412), TooLarge (413), Invalid (422), VersionRequired (428)
    └── TooManyRequests (429), Unavailable (503)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

EXTRACT = 200
"""So much of an answer that is no problem+json is quoted, in characters."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field: its dotted path, a code for programs, messages for people.

    Attributes:
        start, end: the wrong part, as character offsets in the field's text.
        confirm: what may be confirmed, if the fault is a question.
    """

    field: str
    code: str
    message_zh: str
    message_en: str
    start: int | None = None
    end: int | None = None
    confirm: str | None = None


class ClientError(Exception):
    """The call has no answer that could be used."""


class Unreachable(ClientError):
    """No answer came. Whether the service handled the call is unknown, unless the connection failed."""


class Problem(ClientError):
    """The service answered with an error.

    Attributes:
        status: the HTTP status. code: the problem's, for programs; `http_502` for an answer that is no problem+json.
        faults: every fault of the body. retry_after: seconds to wait, if the service asks for that.
        etag: the record's present version, where a change was refused for it. extra: further members of the problem.
    """

    expected: ClassVar[int] = 0

    def __init__(
        self,
        status: int,
        document: Mapping[str, Any],
        headers: Mapping[str, str],
        *,
        retry_after: float | None = None,
    ) -> None:
        self.status = status
        self.code = str(document.get("code") or f"http_{status}")
        self.message_zh = str(document.get("message_zh") or document.get("detail") or "")
        self.message_en = str(document.get("message_en") or document.get("detail") or "")
        self.faults = tuple(_faults(document.get("errors")))
        self.retry_after = retry_after
        self.etag = headers.get("etag")
        self.extra = {name: value for name, value in document.items() if name not in _STANDARD}
        super().__init__(self.message_zh, self.message_en)

    def __str__(self) -> str:
        faults = "".join(f"; {one.field}: {one.message_zh} {one.message_en}" for one in self.faults)
        return f"{self.status} {self.code}: {self.message_zh} {self.message_en}".rstrip() + faults


class NotModified(Problem):
    """Nothing new since the version in `if_none_match`."""

    expected = 304


class BadRequest(Problem):
    """The request cannot be read."""

    expected = 400


class Unauthenticated(Problem):
    """No key or token, or one that is not valid."""

    expected = 401


class Forbidden(Problem):
    """The caller may not do this."""

    expected = 403


class NotFound(Problem):
    """It does not exist, or the caller may not see it."""

    expected = 404


class Conflict(Problem):
    """The record's state does not allow this, or a unique value is taken."""

    expected = 409


class Outdated(Problem):
    """The record changed since it was read: read it again."""

    expected = 412


class TooLarge(Problem):
    """The body is too large."""

    expected = 413


class Invalid(Problem):
    """Fields are not valid; `faults` names each."""

    expected = 422


class VersionRequired(Problem):
    """A change needs the version that was read (`if_match`)."""

    expected = 428


class TooManyRequests(Problem):
    """Too many requests: wait `retry_after` seconds."""

    expected = 429


class Unavailable(Problem):
    """The service, or a part of it, is not ready."""

    expected = 503


_STANDARD = {"type", "title", "status", "code", "detail", "message_zh", "message_en", "instance", "errors"}
_BY_STATUS = {kind.expected: kind for kind in Problem.__subclasses__()}


def problem(
    status: int, document: object, extract: str, headers: Mapping[str, str], retry_after: float | None
) -> Problem:
    """The exception for an answer. `document` is its JSON, or None if it has none; then `extract` is quoted."""
    if not isinstance(document, Mapping):
        document = {"detail": extract[:EXTRACT]}
    return _BY_STATUS.get(status, Problem)(status, document, headers, retry_after=retry_after)


def _faults(entries: object) -> list[Fault]:
    known = Fault.__dataclass_fields__
    return [
        Fault(**{"field": "", "code": "", "message_zh": "", "message_en": ""} | {
            name: value for name, value in entry.items() if name in known
        })
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, Mapping)
    ]  # fmt: skip
