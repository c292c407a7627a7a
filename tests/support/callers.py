"""A logged-in user's client."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID


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
