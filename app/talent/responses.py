"""From a stored row to an answer, the same way for all of recognition."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.conditional_requests import Versioned, check_if_match, etag
from app.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionRequired, StaleVersion, problems
from app.idempotency import created_once

READING = problems(NotFound)
CREATING = problems(NotFound, Conflict, Invalid)
CHANGING = problems(NotFound, Conflict, Invalid, StaleVersion, PreconditionRequired)
LISTING = problems(Forbidden, Invalid)


def answer(body: BaseModel, record: Versioned, *, status: int = 200) -> Response:
    """`body` with the ETag of the row it shows."""
    return JSONResponse(body.model_dump(mode="json"), status, headers={"ETag": etag(record)})


def create(
    request: Request,
    session: Session,
    payload: BaseModel,
    *,
    principal: Principal,
    key: str | None,
    make: Callable[[], tuple[BaseModel, Any]],
    located: bool = True,
) -> Response:
    """Create once for each Idempotency-Key. `make` returns what is shown and the row; where the row has an address of
    its own below this one (`located`), the answer names it."""

    def run() -> Response:
        body, record = make()
        response = answer(body, record, status=201)
        if located:
            response.headers["Location"] = f"{request.url.path}/{record.id}"
        return response

    holder = principal.user_id or principal.api_key_id or ""
    return created_once(session, request, holder=holder, key=key, payload=payload, create=run)


def check_sent(if_match: str | None, record: Versioned) -> None:
    """For moves: If-Match is held where it was sent."""
    if if_match is not None:
        check_if_match(if_match, record)
