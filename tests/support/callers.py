"""Users who are logged in, each with a client."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient

from app.accounts.models import Organisation, Role
from app.database import Database
from app.settings import Settings
from tests.support.builders.accounts import KIND_OF_ROLE, bearer, make_organisation, make_user


@dataclass(frozen=True)
class Caller:
    """A logged-in user's client, and who it is."""

    http: Any
    user_id: UUID
    organisation_id: UUID

    def __getattr__(self, name: str) -> Any:
        return getattr(self.http, name)


LogIn = Callable[..., Caller]
"""`log_in(Role.ENTERPRISE, name="…")` → the caller of a new user; see the fixture `log_in`."""


def log_in_on(
    app: Any,
    settings: Settings,
    role: Role,
    *,
    organisation_id: UUID | None = None,
    organisation_name: str | None = None,
    verified: bool = True,
    administrator: bool | None = None,
) -> Caller:
    """A new user of the service, in a new organisation unless one is given."""
    with app.state.services[Database].unit_of_work() as session:
        organisation = (
            session.get_one(Organisation, organisation_id)
            if organisation_id
            else make_organisation(
                session, name=organisation_name, kind=KIND_OF_ROLE[role], verified=verified
            )
        )
        user = make_user(session, role=role, organisation=organisation, administrator=administrator)
        headers = bearer(session, settings, user)
        ids = user.id, organisation.id
    return Caller(TestClient(app, headers=headers, raise_server_exceptions=False), *ids)
