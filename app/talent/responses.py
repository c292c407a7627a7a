"""Which errors the routes of recognition answer with, fields that may not be cleared, and the answer to a creation."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from app.accounts.idempotency import IdempotentRequest
from app.conditional_requests import versioned
from app.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    StaleVersion,
    problems,
)

READING = problems(NotFound)
CREATING = problems(NotFound, Conflict, Invalid)
CHANGING = problems(NotFound, Conflict, Invalid, StaleVersion, PreconditionRequired)
LISTING = problems(Forbidden, Invalid)


def refuse_cleared(values: Mapping[str, Any], *, clearable: Collection[str] = ()) -> None:
    """
    Raises:
        Invalid: null was sent for fields that may not be empty; names all of them.
    """
    errors = [
        FieldError(name, "required", "此项不能清空", "cannot be cleared")
        for name, value in values.items()
        if value is None and name not in clearable
    ]
    if errors:
        raise Invalid(fields=errors)


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
