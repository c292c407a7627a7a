"""Answers that several routes give."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request

Id = Annotated[UUID, Path(description="记录的 id (UUID)")]

# Answers with secrets must not stay in any cache on the way (RFC 6749, 5.1).
NO_STORE = {"Cache-Control": "no-store"}


def client_address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
