"""What other folders and the command line use of accounts, by verb group: organisations, users, sessions, keys."""

from app.accounts.api_keys import create_api_key, revoke_api_key
from app.accounts.organisations.service import (
    OrganisationFacts,
    change_organisation,
    create_organisation,
    families,
    find_organisation,
    get_organisation,
    organisation_by_name,
    verify_organisation,
)
from app.accounts.sessions import log_in, log_out, open_session, refresh, revoke_sessions
from app.accounts.users import UserFacts, change_user, create_user, register, set_password

__all__ = [
    "OrganisationFacts",
    "UserFacts",
    "change_organisation",
    "change_user",
    "create_api_key",
    "create_organisation",
    "create_user",
    "families",
    "find_organisation",
    "get_organisation",
    "log_in",
    "log_out",
    "open_session",
    "organisation_by_name",
    "refresh",
    "register",
    "revoke_api_key",
    "revoke_sessions",
    "set_password",
    "verify_organisation",
]
