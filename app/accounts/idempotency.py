"""Idempotency-Key: a creating request that is sent again creates nothing more and gets its first answer."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import Select, String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.accounts.access.authentication import CurrentPrincipal
from app.database import AppDatabase, Base, Database, Identified, WriteSession, now
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


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A creating request. `target` is its method and path, `holder` whose `key` it is: a user's, or an API key's."""

    database: Database
    session: Session
    target: str
    holder: str
    key: str | None

    def once(self, payload: BaseModel, create: Callable[[], Response]) -> Response:
        """Run `create` unless the same request with the same key was answered before; then answer the same.

        The key's row is inserted first, in the creation's own transaction: of two requests at the same moment the
        second waits for the first and then fails on the unique key, or reads the first's answer.

        Raises:
            Invalid: the key was used for another request.
        """
        if self.key is None:
            return create()
        fingerprint = hashlib.sha256(f"{self.target}\n{payload.model_dump_json()}".encode()).hexdigest()
        known = self.session.scalar(self._remembered())
        if known is not None:
            return _replayed(known, fingerprint)
        remembered = RememberedAnswer(holder=self.holder, key=self.key, fingerprint=fingerprint)
        self.session.add(remembered)
        self.session.flush()
        response = create()
        _remember(remembered, response)
        self.session.flush()
        return response

    def is_repeated(self) -> bool:
        """Whether `once` would repeat an answer, so that slow preparations can be spared. Takes no lock."""
        if self.key is None:
            return False
        with self.database.reading() as session:
            return session.scalar(self._remembered()) is not None

    def _remembered(self) -> Select[RememberedAnswer]:
        return select(RememberedAnswer).where(
            RememberedAnswer.holder == self.holder, RememberedAnswer.key == self.key
        )


# A coroutine, because FastAPI would send a plain function to its thread pool.
async def _idempotent(
    request: Request,
    database: AppDatabase,
    session: WriteSession,
    principal: CurrentPrincipal,
    key: IdempotencyKey = None,
) -> IdempotentRequest:
    holder = str(principal.user_id or principal.api_key_id or "")
    return IdempotentRequest(database, session, f"{request.method} {request.url.path}", holder, key)


Idempotent = Annotated[IdempotentRequest, Depends(_idempotent)]


def _remember(remembered: RememberedAnswer, response: Response) -> None:
    remembered.status = response.status_code
    remembered.headers = {
        name: value
        for name, value in response.headers.items()
        if name in ("etag", "location", "content-type")
    }
    remembered.body = bytes(response.body).decode()


def _replayed(known: RememberedAnswer, fingerprint: str) -> Response:
    if known.fingerprint != fingerprint:
        raise Invalid.field(
            "Idempotency-Key",
            "key_reused",
            "此键已用于另一个请求,请换一个新的键",
            "this key was used for another request; send a new one",
        )
    headers = dict(known.headers) | {"Idempotency-Replayed": "true"}
    return Response(content=known.body, status_code=known.status, headers=headers)


def forget_old_keys(session: Session, *, older_than: timedelta) -> None:
    session.execute(delete(RememberedAnswer).where(RememberedAnswer.created_at < now() - older_than))
