"""Tokens for links in e-mails, with a key derived from the signing key."""

import hashlib
import hmac
from datetime import datetime
from functools import cached_property
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.settings import Settings

_ALGORITHM = "HS256"


class LinkSigner:
    """Signs links in e-mails. Reads the signing key on first use."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

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
        # The label is part of the key: with another one the links in mails that were sent would stop working.
        key = self._settings.signing_key.encode()
        return HKDF(SHA256(), length=32, salt=None, info=b"sanku links in mails").derive(key)
