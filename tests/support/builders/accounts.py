"""Organisations, users and keys for tests, with sane defaults; through the same functions as the service's own."""

import functools
from collections.abc import Collection
from itertools import count

from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.api_keys import create_api_key
from app.accounts.models import OFFICES, Organisation, OrganisationKind, Role, User
from app.accounts.organisations.administrators import is_first
from app.accounts.organisations.service import OrganisationFacts, add_organisation
from app.accounts.sessions.tokens import open_session
from app.database import now
from app.settings import Settings

PASSWORD = "Quancheng-72-spring"

KIND_OF_ROLE = {
    Role.OPERATOR: OrganisationKind.BUREAU,
    Role.ENTERPRISE: OrganisationKind.ENTERPRISE,
    Role.INSTITUTION: OrganisationKind.UNIVERSITY,
    Role.MANAGER: OrganisationKind.AGENCY,
    Role.INVESTOR: OrganisationKind.ENTERPRISE,
    **dict.fromkeys(OFFICES, OrganisationKind.BUREAU),
}

_numbers = count(1)


@functools.cache
def _cheap_hash() -> str:
    """A hash of PASSWORD that takes a millisecond: tests log in often."""
    return Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


def make_organisation(
    session: Session,
    *,
    name: str | None = None,
    kind: OrganisationKind = OrganisationKind.ENTERPRISE,
    uscc: str | None = None,
    region: str = "370102",
    aliases: Collection[str] = (),
    parent: Organisation | None = None,
    verified: bool = True,
) -> Organisation:
    organisation = add_organisation(
        session,
        facts=OrganisationFacts(
            name=name or f"济南样例机构{next(_numbers)}号",
            kind=kind,
            region=region,
            uscc=uscc,
            aliases=tuple(aliases),
            parent_id=parent.id if parent else None,
        ),
    )
    organisation.self_registered = not verified
    if verified:
        organisation.verified_at = now()
    session.flush()
    return organisation


def make_user(
    session: Session,
    *,
    role: Role = Role.ENTERPRISE,
    organisation: Organisation | None = None,
    email: str | None = None,
    name: str = "李明",
    active: bool = True,
    administrator: bool | None = None,
) -> User:
    """With PASSWORD; in a new organisation of the role's kind where none is given. The first user administers it; a
    manager does not, because most tests mean a plain one."""
    organisation = organisation or make_organisation(session, kind=KIND_OF_ROLE[role])
    user = User(
        email=email or f"user{next(_numbers)}@example.com",
        name=name,
        role=role,
        organisation_id=organisation.id,
        password_hash=_cheap_hash(),
        active=active,
        administrator=(
            is_first(session, role, organisation.id) and role is not Role.MANAGER
            if administrator is None
            else administrator
        ),
    )
    session.add(user)
    session.flush()
    return user


def principal_of(user: User) -> Principal:
    return Principal(
        user_id=user.id,
        organisation_id=user.organisation_id,
        role=Role(user.role),
        verified=True,
        administrator=user.administrator,
    )


def bearer(session: Session, settings: Settings, user: User) -> dict[str, str]:
    """The header of a request by this user, as after a login."""
    return {"Authorization": f"Bearer {open_session(session, settings, user=user).access}"}


def make_api_key(session: Session, user: User, *scopes: str) -> str:
    """The key in clear."""
    return create_api_key(session, principal=principal_of(user), name="测试", scopes=scopes).secret
