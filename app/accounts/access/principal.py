"""Who is asking, as every service and query sees it."""

from dataclasses import dataclass
from uuid import UUID

from app.accounts.models import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """A logged-in user, an API key of an organisation, a stranger, or the service itself.

    `role` is None for a stranger (nobody logged in). An API key acts in the role it was created in, limited by
    `scopes`; `scopes` is None for a user, whom only the role limits. `system` is the worker and the command line.
    `verified` tells that the bureau stands for the organisation (`Organisation.trusted`): anybody can register one.
    """

    user_id: UUID | None = None
    organisation_id: UUID | None = None
    role: Role | None = None
    scopes: frozenset[str] | None = None
    api_key_id: UUID | None = None
    manager_id: UUID | None = None
    system: bool = False
    verified: bool = False

    @property
    def is_stranger(self) -> bool:
        return self.role is None and not self.system

    @property
    def sees_everything(self) -> bool:
        """Operators (the bureau) and the service itself."""
        return self.system or self.role is Role.OPERATOR

    @property
    def reads_details(self) -> bool:
        """Whether the principal may read what is not for everybody: members of an organisation that the bureau has
        verified. Anybody can register one, and what a competitor has not paid for he must not get by a form."""
        return self.sees_everything or (self.role is not None and self.verified)


STRANGER = Principal()
SYSTEM = Principal(system=True)
