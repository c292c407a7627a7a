"""Encryption of secrets at rest, and tokens for links in e-mails, with keys derived from the signing key."""

import hashlib
import hmac
from datetime import datetime
from functools import cached_property
from uuid import UUID

import jwt

from app.accounts.factors.encryption import SecretEncryption, SecretUnreadable

__all__ = ["SecretBox", "SecretUnreadable"]

_ALGORITHM = "HS256"


class SecretBox(SecretEncryption):
    """Encrypts and decrypts secrets, and signs links in e-mails. Reads the signing key on first use."""

    def link_token(
        self, purpose: str, address_id: UUID, *, bound_to: str = "", until: datetime | None = None
    ) -> str:
        """The token of a link in an e-mail: it allows `purpose` for this address, without a login, and nothing else.

        `bound_to` is the mailbox at the time of issue; when the mailbox changes, the token is no longer valid.
        """
        claims = {"sub": str(address_id), "for": purpose, "to": self.fingerprint(bound_to)}
        if until is not None:
            claims["exp"] = until  # type: ignore[assignment]  # jwt converts it to a number
        return jwt.encode(claims, self._token_key, algorithm=_ALGORITHM)

    def read_link_token(self, purpose: str, token: str) -> tuple[UUID, str] | None:
        """The address id, and the fingerprint to check with `is_bound`.

        None if the token is forged, expired or for another purpose.
        """
        try:
            claims = jwt.decode(
                token, self._token_key, algorithms=[_ALGORITHM], options={"require": ["sub", "for", "to"]}
            )
            return (UUID(claims["sub"]), str(claims["to"])) if claims["for"] == purpose else None
        except (jwt.InvalidTokenError, ValueError, AttributeError):
            return None

    def is_bound(self, fingerprint: str, bound_to: str) -> bool:
        """Whether `fingerprint` is that of `bound_to`; compared in constant time."""
        return hmac.compare_digest(fingerprint, self.fingerprint(bound_to))

    def fingerprint(self, text: str) -> str:
        """A keyed digest of 16 characters, so that neither a link nor a table reveals the mailbox."""
        return hmac.new(self._token_key, text.casefold().encode(), hashlib.sha256).hexdigest()[:16]

    @cached_property
    def _token_key(self) -> bytes:
        return self._derived("links in mails")
