"""Secrets at rest: encrypted with a key that follows from the service's signing key, and opened only to be used."""

import base64
import hashlib
import hmac
from datetime import datetime
from functools import cached_property
from uuid import UUID

import jwt
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.settings import Settings

_ALGORITHM = "HS256"


class SecretUnreadable(Exception):
    """This was not sealed with the present signing key; whoever owns the secret has to enter it again."""


class SecretBox:
    """Seals and opens secrets, and signs the links of mails. Reads the signing key when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def close(self, secret: str) -> str:
        """Fernet: AES-128 in CBC with HMAC-SHA-256; another text each time."""
        return self._fernet.encrypt(secret.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """
        Raises:
            Unsealable: another key sealed it, or it was changed.
        """
        try:
            return self._fernet.decrypt(sealed.encode("ascii")).decode()
        except InvalidToken as error:
            raise SecretUnreadable("sealed with another signing key") from error

    def link_token(
        self, purpose: str, address_id: UUID, *, bound_to: str = "", until: datetime | None = None
    ) -> str:
        """What a link in a mail carries: it allows `purpose` for this address and nothing else, without a login.

        With `bound_to` (the mailbox at that time) it ends when that changes.
        """
        claims = {"sub": str(address_id), "for": purpose, "to": self.mark(bound_to)}
        if until is not None:
            claims["exp"] = until  # type: ignore[assignment]  # jwt makes a number of it
        return jwt.encode(claims, self._token_key, algorithm=_ALGORITHM)

    def read_link_token(self, purpose: str, token: str) -> tuple[UUID, str] | None:
        """The address, and the mark to hold against `is_bound`; None: forged, expired or for another purpose."""
        try:
            claims = jwt.decode(
                token, self._token_key, algorithms=[_ALGORITHM], options={"require": ["sub", "for", "to"]}
            )
            return (UUID(claims["sub"]), str(claims["to"])) if claims["for"] == purpose else None
        except (jwt.InvalidTokenError, ValueError, AttributeError):
            return None

    def is_bound(self, mark: str, bound_to: str) -> bool:
        return hmac.compare_digest(mark, self.mark(bound_to))

    def mark(self, text: str) -> str:
        """A keyed digest of 16 characters, so that neither a link nor a table tells anybody the mailbox."""
        return hmac.new(self._token_key, text.casefold().encode(), hashlib.sha256).hexdigest()[:16]

    def _derived(self, use: str) -> bytes:
        key = self._settings.signing_key().encode()
        return HKDF(SHA256(), length=32, salt=None, info=f"sanku {use}".encode()).derive(key)

    @cached_property
    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._derived("sealed secrets")))

    @cached_property
    def _token_key(self) -> bytes:
        return self._derived("links in mails")
