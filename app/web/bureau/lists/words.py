"""Names of codes that the bureau's lists show."""

from app.web.views.account_words import ORGANISATION_KINDS, ROLES

__all__ = ["ORGANISATION_KINDS", "ROLES"]
