"""The principal: on whose behalf a request, service call or query runs."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.accounts.models import OFFICES, Role

__all__ = ["ANONYMOUS", "OFFICES", "SYSTEM", "OwedStep", "Principal", "Role"]


class OwedStep(StrEnum):
    """What a user must do before they may do anything else."""

    SECOND_FACTOR = "second_factor"
    CONSENT = "consent"
    PASSWORD = "password"  # noqa: S105 — what is to be changed, no secret


@dataclass(frozen=True, slots=True)
class Principal:
    """A logged-in user, an API key of an organisation, an anonymous reader, or the service itself.

    Attributes:
        role: None for an anonymous reader. An API key acts in the role that it was created with.
        scopes: limits of an API key; None for a user, who is limited only by the role.
        session_id: the login of a user; None for an API key.
        system: the worker or the command line.
        administrator: the user administers their organisation; never an API key.
        verified: the bureau vouches for the organisation (`Organisation.trusted`). Anyone can register one.
        owed: what the user must do first; until then they may only look after their own account.
        is_confirmed: the user showed a password or a second factor just now, as sensitive steps ask for.
    """

    user_id: UUID | None = None
    organisation_id: UUID | None = None
    role: Role | None = None
    scopes: frozenset[str] | None = None
    api_key_id: UUID | None = None
    manager_id: UUID | None = None
    session_id: UUID | None = None
    system: bool = False
    verified: bool = False
    administrator: bool = False
    owed: OwedStep | None = None
    is_confirmed: bool = True

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is logged in."""
        return self.role is None and not self.system

    @property
    def sees_everything(self) -> bool:
        """Whether all records are visible: to operators and the service itself."""
        return self.system or self.role is Role.OPERATOR

    @property
    def reads_details(self) -> bool:
        """Whether the principal may read more than the public: operators and members of verified organisations.

        Anyone can register an organisation, so registration alone must not give a competitor access. The offices have
        no business with records.
        """
        return self.sees_everything or (self.role is not None and self.verified and self.role not in OFFICES)


ANONYMOUS = Principal()
SYSTEM = Principal(system=True)
