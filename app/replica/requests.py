"""Requests and the replica: what a client has written comes back with its next requests, and decides what they read."""

from collections.abc import Iterator
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.database import ReadSession
from app.replica.replica import Replica
from app.services import AllServices, services_of
from app.settings import Settings

HEADER = "X-Sanku-Position"
COOKIE = "sanku-position"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_CREDENTIALS = ("Authorization", "X-API-Key", "Cookie")
_DIGITS = 19


def _replica_session(request: Request, services: AllServices, primary: ReadSession) -> Iterator[Session]:
    # The session of the request's other dependencies, never a second one on the primary: requests that each hold one
    # connection and wait for another would wait without end.
    if Replica not in services:
        yield primary
        return
    with services[Replica].reading(least_position(request), primary) as session:
        yield session


ReplicaSession = Annotated[Session, Depends(_replica_session, scope="function")]
"""For reading what may be some seconds old for others, but never for who wrote it. Not for whom it is decided what they
may see: credentials and consents are read from the primary."""


def least_position(request: Request) -> int | None:
    """What the replica must have replayed for this client; None if nobody knows, so that only the primary will do.

    Strangers have written nothing.
    """
    if request.method not in _SAFE:
        return None
    given = request.headers.get(HEADER, request.cookies.get(COOKIE))
    if given is None:
        return None if any(request.headers.get(name) for name in _CREDENTIALS) else 0
    return int(given) if given.isascii() and given.isdigit() and len(given) <= _DIGITS else None


class NotePosition:
    """Middleware: every answer to a command says how far the primary has come, in a header and a cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _SAFE or Replica not in services_of(Request(scope)):
            await self.app(scope, receive, send)
            return
        services = services_of(Request(scope))

        async def send_with_position(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                position = await to_thread.run_sync(_position, services[Replica])
                if position is not None:
                    headers[HEADER] = str(position)
                headers.append("Set-Cookie", _cookie(position, services[Settings]))
            await send(message)

        await self.app(scope, receive, send_with_position)


def _position(replica: Replica) -> int | None:
    try:
        return replica.position()
    except (DBAPIError, PoolTimeout):
        return None


def _cookie(position: int | None, settings: Settings) -> str:
    """Without a position, the one that the client has is taken away: then it reads from the primary."""
    secure = "; Secure" if settings.public_url.startswith("https://") else ""
    age = "; Max-Age=0" if position is None else ""
    return f"{COOKIE}={'' if position is None else position}; Path=/; HttpOnly; SameSite=Lax{secure}{age}"
