"""Tables of accounts: organisations, users, sessions, rate-limited attempts, API keys and the audit trail."""

from app.accounts.models.api_keys import ApiKey
from app.accounts.models.audit import AuditEntry
from app.accounts.models.factors import Passkey, RecoveryCode, SecondFactor
from app.accounts.models.logins import (
    Attempt,
    ChallengePurpose,
    LoginChallenge,
    LoginSession,
    RefreshToken,
    SessionKind,
)
from app.accounts.models.organisations import (
    Organisation,
    OrganisationDecision,
    OrganisationKind,
    OrganisationName,
)
from app.accounts.models.users import OFFICES, STAFF, Consent, FormerPassword, IdentityLink, Role, User

__all__ = [
    "OFFICES",
    "STAFF",
    "ApiKey",
    "Attempt",
    "AuditEntry",
    "ChallengePurpose",
    "Consent",
    "FormerPassword",
    "IdentityLink",
    "LoginChallenge",
    "LoginSession",
    "Organisation",
    "OrganisationDecision",
    "OrganisationKind",
    "OrganisationName",
    "Passkey",
    "RecoveryCode",
    "RefreshToken",
    "Role",
    "SecondFactor",
    "SessionKind",
    "User",
]
