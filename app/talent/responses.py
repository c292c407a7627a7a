"""Which errors the routes of recognition answer with, and the answer to a creation."""

from collections.abc import Callable
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from app.accounts.idempotency import IdempotentRequest
from app.conditional_requests import versioned
from app.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionRequired, StaleVersion, problems

READING = problems(NotFound)
CREATING = problems(NotFound, Conflict, Invalid)
CHANGING = problems(NotFound, Conflict, Invalid, StaleVersion, PreconditionRequired)
LISTING = problems(Forbidden, Invalid)


def create(
    request: IdempotentRequest,
    payload: BaseModel,
    make: Callable[[], tuple[BaseModel, Any]],
    *,
    location: str | None = None,
) -> Response:
    """Create once for each Idempotency-Key. `make` returns what is shown and the row.

    `location` is the path below which the new row has its address.
    """

    def run() -> Response:
        body, record = make()
        address = None if location is None else f"{location}/{record.id}"
        return versioned(body, record, status=201, location=address)

    return request.once(payload, run)
