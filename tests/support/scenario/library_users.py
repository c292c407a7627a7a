"""Users of the libraries, each with a client that sends their credentials."""

from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.accounts.models import Organisation, Role, User
from app.database import Database
from app.events.outbox import Event
from app.settings import Settings
from tests.support.builders.accounts import bearer, make_api_key, make_organisation, make_user


class UserClient:
    """A client that sends one user's credentials."""

    def __init__(self, client: TestClient, headers: dict[str, str], user: User | None = None) -> None:
        self._client = client
        self.headers = headers
        self._user = user

    @property
    def user(self) -> User:
        """Whose credentials they are; nobody's for an anonymous client."""
        assert self._user is not None
        return self._user

    def get(self, path: str, **params: Any) -> Any:
        return self._client.get(path, params=params, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._client.post(path, json=body, headers=self.headers | _names(headers))

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._client.patch(path, json=body, headers=self.headers | _names(headers))

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self._client.put(path, json=body, headers=self.headers | _names(headers))

    def upload(self, path: str, data: bytes, *, name: str, **params: Any) -> Any:
        """Send a file as the form field `file`."""
        return self._client.post(path, params=params, files={"file": (name, data)}, headers=self.headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self._client.delete(path, headers=self.headers | _names(headers))

    def create(self, library: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create and expect that it works."""
        answer = self.post(f"/v1/{library}", body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


class LibraryUsers:
    """Organisations that are registered, and clients of their users. Needs the scenario's `http`."""

    database: Database
    settings: Settings
    http: TestClient

    def registered_organisation(self, **facts: Any) -> Organisation:
        with self.database.unit_of_work() as session:
            return make_organisation(session, **facts)

    def user_client(self, role: Role, organisation: Organisation | None = None) -> UserClient:
        with self.database.unit_of_work() as session:
            if organisation is not None:
                organisation = session.get(Organisation, organisation.id)
            user = make_user(session, role=role, organisation=organisation)
            return UserClient(self.http, bearer(session, self.settings, user), user)

    def key_client(self, user: User, *scopes: str) -> UserClient:
        with self.database.unit_of_work() as session:
            return UserClient(self.http, {"X-API-Key": make_api_key(session, user, *scopes)})

    @property
    def anonymous_client(self) -> UserClient:
        return UserClient(self.http, {})

    def event_names(self, subject: str | None = None) -> list[str]:
        query = select(Event.name).order_by(Event.id)
        if subject is not None:
            query = query.where(Event.subject_id == UUID(subject))
        with self.database.reading() as session:
            return list(session.scalars(query))
