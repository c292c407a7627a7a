"""ETag / If-Match, which guard changes, and Idempotency-Key, which guards creation."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.database import Base, Identified, now
from app.errors import Invalid

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="同一请求重复发送时带同一个键,只会创建一次",
    ),
]


class RememberedAnswer(Identified, Base):
    """The answer once given to a creating request, given again to its repetition."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("holder", "key"),)

    holder: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


def created_once(
    session: Session,
    request: Request,
    *,
    holder: UUID | str,
    key: str | None,
    payload: BaseModel,
    create: Callable[[], Response],
) -> Response:
    """Run `create` unless the same request with the same key was answered before; then answer the same.

    The key's row is inserted first, in the creation's own transaction: of two requests at the same moment the
    second waits for the first and then fails on the unique key, or reads the first's answer.

    Raises:
        Invalid: the key was used for another request.
    """
    if key is None:
        return create()
    fingerprint = hashlib.sha256(
        f"{request.method} {request.url.path}\n{payload.model_dump_json()}".encode()
    ).hexdigest()
    known = session.scalar(
        select(RememberedAnswer).where(RememberedAnswer.holder == str(holder), RememberedAnswer.key == key)
    )
    if known is not None:
        if known.fingerprint != fingerprint:
            raise Invalid.field(
                "Idempotency-Key",
                "key_reused",
                "此键已用于另一个请求,请换一个新的键",
                "this key was used for another request; send a new one",
            )
        return _replayed(known)
    remembered = RememberedAnswer(holder=str(holder), key=key, fingerprint=fingerprint)
    session.add(remembered)
    session.flush()
    response = create()
    remembered.status = response.status_code
    remembered.headers = {
        name: value
        for name, value in response.headers.items()
        if name in ("etag", "location", "content-type")
    }
    remembered.body = bytes(response.body).decode()
    session.flush()
    return response


def was_answered(session: Session, *, holder: UUID | str, key: str | None) -> bool:
    """Whether `created_once` would repeat an answer, so that slow preparations can be spared."""
    if key is None:
        return False
    query = select(RememberedAnswer.id).where(
        RememberedAnswer.holder == str(holder), RememberedAnswer.key == key
    )
    return session.scalar(query) is not None


def _replayed(known: RememberedAnswer) -> Response:
    headers = dict(known.headers) | {"Idempotency-Replayed": "true"}
    return Response(content=known.body, status_code=known.status, headers=headers)


def forget_old_keys(session: Session, *, older_than: timedelta) -> None:
    session.execute(delete(RememberedAnswer).where(RememberedAnswer.created_at < now() - older_than))
