"""Events of accounts."""

from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from app.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(DomainEvent):
    """A user (the subject) has another password; with `by_bureau` somebody of the bureau has set it."""

    name: ClassVar = "user.password_changed"

    subject_id: UUID
    by_bureau: bool


@dataclass(frozen=True, kw_only=True)
class AccountChanged(DomainEvent):
    """A user (the subject) has left or is back, or has another role."""

    name: ClassVar = "user.account_changed"

    subject_id: UUID
    active: bool
    role: str


@dataclass(frozen=True, kw_only=True)
class LoginMailboxConfirmed(DomainEvent):
    """A user (the subject) has opened the link that was sent to their login address: with `is_new` that of their
    registration or invitation, otherwise that of another address."""

    name: ClassVar = "user.mailbox_confirmed"

    subject_id: UUID
    is_new: bool


CredentialChange = Literal[
    "second_factor_added",
    "second_factor_removed",
    "second_factor_reset",
    "second_factor_locked",
    "recovery_codes_renewed",
    "recovery_code_used",
    "code_used_again",
    "api_key_created",
    "identity_linked",
    "identity_unlinked",
    "passkey_added",
    "passkey_renamed",
    "passkey_removed",
    "passkey_copied",
]
"""What changed; `second_factor_reset` by the bureau, all else by the user or by what somebody did in their name."""


@dataclass(frozen=True, kw_only=True)
class CredentialsChanged(DomainEvent):
    """Something with which a user (the subject) logs in has changed, besides the password."""

    name: ClassVar = "user.credentials_changed"

    subject_id: UUID
    change: CredentialChange


@dataclass(frozen=True, kw_only=True)
class ApiKeyRefused(DomainEvent):
    """An API key (the subject) was used from a network address from which it may not be used."""

    name: ClassVar = "api_key.refused"

    subject_id: UUID
    address: str
