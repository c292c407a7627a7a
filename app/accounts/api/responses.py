"""Answers that several routes give."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from pydantic import BaseModel

from app.conditional_requests import Versioned, etag

Id = Annotated[UUID, Path(description="记录的 id (UUID)")]

# Answers with secrets must not stay in any cache on the way (RFC 6749, 5.1).
NO_STORE = {"Cache-Control": "no-store"}


def created(body: BaseModel, location: str, record: Versioned | None = None) -> Response:
    headers = {"Location": location}
    if record is not None:
        headers["ETag"] = etag(record)
    return Response(body.model_dump_json(), 201, headers, "application/json")


def client_address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
