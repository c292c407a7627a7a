"""Idempotency-Key: a repeated creating request creates nothing and gets the first response again."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import Select, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.accounts.access.authentication import CurrentPrincipal
from app.database import AppDatabase, Base, Database, Identified, WriteSession, now
from app.encryption.columns import EncryptedText
from app.errors import Invalid

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="重复发送同一请求时使用同一个键，只创建一次",
    ),
]


class StoredResponse(Identified, Base):
    """The stored response to a creating request, returned again when the request is repeated."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("holder", "key"),)

    holder: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[str] = mapped_column(EncryptedText("idempotency_key.body"), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A creating request. `target` is its method and path; `holder` is the user or API key that sent the `key`."""

    database: Database
    session: Session
    target: str
    holder: str
    key: str | None

    def once(self, payload: BaseModel, create: Callable[[], Response]) -> Response:
        """Run `create`, or return the stored response if the same request with the same key was handled before.

        The row of the key is inserted first, in the transaction of the creation. So of two concurrent requests the
        second waits for the first, and then fails on the unique key or reads the stored response.

        Raises:
            Invalid: the key was used for a different request.
        """
        if self.key is None:
            return create()
        fingerprint = hashlib.sha256(f"{self.target}\n{payload.model_dump_json()}".encode()).hexdigest()
        stored = self.session.scalar(self._stored())
        if stored is not None:
            return _replay(stored, fingerprint)
        stored = StoredResponse(holder=self.holder, key=self.key, fingerprint=fingerprint)
        self.session.add(stored)
        self.session.flush()
        response = create()
        _store(stored, response)
        self.session.flush()
        return response

    def is_repeated(self) -> bool:
        """Whether `once` would return a stored response, so that slow preparation can be skipped. Takes no lock."""
        if self.key is None:
            return False
        with self.database.reading() as session:
            return session.scalar(self._stored()) is not None

    def _stored(self) -> Select[StoredResponse]:
        return select(StoredResponse).where(
            StoredResponse.holder == self.holder, StoredResponse.key == self.key
        )


# A coroutine, because FastAPI would run a plain function in its thread pool.
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


def _store(stored: StoredResponse, response: Response) -> None:
    stored.status = response.status_code
    stored.headers = {
        name: value
        for name, value in response.headers.items()
        if name in ("etag", "location", "content-type")
    }
    stored.body = bytes(response.body).decode()


def _replay(stored: StoredResponse, fingerprint: str) -> Response:
    if stored.fingerprint != fingerprint:
        raise Invalid.field(
            "Idempotency-Key",
            "key_reused",
            "此键已用于其他请求，请使用新的键",
            "this key was used for a different request; use a new key",
        )
    headers = dict(stored.headers) | {"Idempotency-Replayed": "true"}
    return Response(content=stored.body, status_code=stored.status, headers=headers)


def forget_old_keys(session: Session, *, older_than: timedelta) -> None:
    """Delete the stored responses that are older than `older_than`."""
    session.execute(delete(StoredResponse).where(StoredResponse.created_at < now() - older_than))
