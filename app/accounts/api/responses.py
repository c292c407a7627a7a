"""Parameters and headers that several routes of accounts share."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request

Id = Annotated[UUID, Path(description="记录的 id (UUID)")]

# Responses with secrets must not be cached (RFC 6749, 5.1).
NO_STORE = {"Cache-Control": "no-store"}


def client_address(request: Request) -> str:
    """The network address of the client."""
    return request.client.host if request.client else "unknown"
