"""Parameters and headers that several routes of accounts share."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request

from app.accounts import throttle
from app.accounts.access.authentication import address_of
from app.accounts.sessions.tokens import Client
from app.accounts.throttle import RateLimitKey
from app.database import AppDatabase
from app.services import AppSettings

Id = Annotated[UUID, Path(description="记录的 id (UUID)")]

# Responses with secrets must not be cached (RFC 6749, 5.1).
NO_STORE = {"Cache-Control": "no-store"}


def client_of(request: Request, device_token: str | None = None) -> Client:
    """The client of a request, for limits and for the list of sessions."""
    return Client(address_of(request), request.headers.get("User-Agent", ""), device_token)


class _Attempts:
    """Counts attempts in a separate transaction, so that they remain counted if the request fails."""

    def __init__(self, request: Request, database: AppDatabase, settings: AppSettings) -> None:
        self._address = address_of(request)
        self._database = database
        self._settings = settings

    def reserve(self, kind: throttle.Kind, account: str) -> RateLimitKey:
        # An account that cannot be read is nobody's; the attempt counts for the address alone.
        limited = RateLimitKey(kind, account if isinstance(account, str) else "", self._address)
        throttle.count_attempt(self._database, self._settings, limited)
        return limited

    def forgive(self, key: RateLimitKey) -> None:
        with self._database.unit_of_work() as session:
            throttle.forgive(session, key)


Attempts = Annotated[_Attempts, Depends()]
