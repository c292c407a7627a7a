"""Conditional requests: ETag and If-Match prevent lost updates."""

import re
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Header, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.errors import BadRequest, PreconditionRequired, StaleVersion

Body = TypeVar("Body")


class Versioned(Protocol):
    """A row with a version number."""

    @property
    def version(self) -> Any: ...


def etag(record: Versioned) -> str:
    """The ETag of a row: its version in quotes."""
    return f'"{record.version}"'


def tagged(response: Response, record: Versioned, body: Body) -> Body:
    """Set the ETag of the row on the route's `response` and return `body`."""
    response.headers["ETag"] = etag(record)
    return body


def versioned(
    body: BaseModel, record: Versioned | None, *, status: int = 200, location: str | None = None
) -> Response:
    """`body` as a JSON response with the ETag of its row; `location` is the address of a new resource."""
    headers = {} if record is None else {"ETag": etag(record)}
    if location is not None:
        headers["Location"] = location
    return JSONResponse(body.model_dump(mode="json"), status, headers)


def check_if_match(header: str | None, record: Versioned) -> None:
    """Check that the client has read the current version.

    Raises:
        PreconditionRequired: If-Match is missing.
        BadRequest: If-Match is not an ETag.
        StaleVersion: the row has changed since the client read it; the error carries the current ETag.
    """
    if header is None:
        raise PreconditionRequired(headers={"ETag": etag(record)})
    tags = [tag.strip() for tag in header.split(",")]
    if any(not re.fullmatch(r'(W/)?"[^"]*"|\*', tag) for tag in tags):
        raise BadRequest(
            'If-Match must be an ETag in double quotes, such as "3".',
            'If-Match 应为带双引号的 ETag，如 "3"。',
        )
    if "*" not in tags and etag(record) not in tags:
        raise StaleVersion(headers={"ETag": etag(record)})


def check_if_sent(header: str | None, record: Versioned) -> None:
    """`check_if_match` for routes where If-Match is optional.

    Raises:
        BadRequest, StaleVersion: see `check_if_match`.
    """
    if header is not None:
        check_if_match(header, record)


IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=200, description="读取时获得的 ETag")]
