"""Events of accounts."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(DomainEvent):
    """A user (the subject) has another password; with `by_bureau` somebody of the bureau has set it."""

    name: ClassVar = "user.password_changed"

    subject_id: UUID
    by_bureau: bool
