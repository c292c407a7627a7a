"""API schemas of accounts. No response contains a password, a digest or a stored token."""

from app.accounts.schemas.api_keys import ApiKeyIssued, ApiKeyNew, ApiKeyOut
from app.accounts.schemas.audit import AuditEntryOut, AuditFaultOut, AuditVerificationOut
from app.accounts.schemas.invitations import InvitationAcceptance, InvitationNew, InvitationOut
from app.accounts.schemas.logins import Me, RefreshTokenIn, SessionOut, TokensOut
from app.accounts.schemas.mailboxes import LinkToken, MailboxIn, MailChange
from app.accounts.schemas.passwords import NewPassword, Password, PasswordChange, PasswordReset
from app.accounts.schemas.people import PersonNew, UserChange, UserNew, UserOut
from app.accounts.schemas.registration import MailboxConfirmed, PendingRegistration, Registered, Registration

__all__ = [
    "ApiKeyIssued",
    "ApiKeyNew",
    "ApiKeyOut",
    "AuditEntryOut",
    "AuditFaultOut",
    "AuditVerificationOut",
    "InvitationAcceptance",
    "InvitationNew",
    "InvitationOut",
    "LinkToken",
    "MailChange",
    "MailboxConfirmed",
    "MailboxIn",
    "Me",
    "NewPassword",
    "Password",
    "PasswordChange",
    "PasswordReset",
    "PendingRegistration",
    "PersonNew",
    "RefreshTokenIn",
    "Registered",
    "Registration",
    "SessionOut",
    "TokensOut",
    "UserChange",
    "UserNew",
    "UserOut",
]
