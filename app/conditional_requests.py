"""Conditional requests: ETag and If-Match against lost updates."""

import re
from typing import Annotated, Any, Protocol

from fastapi import Header

from app.errors import BadRequest, PreconditionRequired, StaleVersion


class Versioned(Protocol):
    @property
    def version(self) -> Any: ...


def etag(record: Versioned) -> str:
    return f'"{record.version}"'


def check_if_match(header: str | None, record: Versioned) -> None:
    """
    Raises:
        PreconditionRequired: no If-Match was sent.
        StaleVersion: the record is newer than what the sender read; carries the present ETag.
    """
    if header is None:
        raise PreconditionRequired(headers={"ETag": etag(record)})
    tags = [tag.strip() for tag in header.split(",")]
    if any(not re.fullmatch(r'(W/)?"[^"]*"|\*', tag) for tag in tags):
        raise BadRequest(
            'If-Match must be an ETag in double quotes, such as "3".',
            'If-Match 应为带双引号的 ETag,例如 "3"。',
        )
    if "*" not in tags and etag(record) not in tags:
        raise StaleVersion(headers={"ETag": etag(record)})


IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=200, description="读取时得到的 ETag")]
