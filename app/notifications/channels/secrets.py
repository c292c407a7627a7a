"""Encryption of secrets at rest, and tokens for links in e-mails, with keys derived from the signing key."""

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
    """The secret was not encrypted with the present signing key; its owner has to enter it again."""


class SecretBox:
    """Encrypts and decrypts secrets, and signs links in e-mails. Reads the signing key on first use."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def encrypt(self, secret: str) -> str:
        """Encrypt with Fernet (AES-128 in CBC mode, HMAC-SHA-256). Each call gives another text."""
        return self._fernet.encrypt(secret.encode()).decode("ascii")

    def decrypt(self, encrypted: str) -> str:
        """
        Raises:
            SecretUnreadable: it was encrypted with another key, or altered.
        """
        try:
            return self._fernet.decrypt(encrypted.encode("ascii")).decode()
        except InvalidToken as error:
            raise SecretUnreadable("encrypted with another signing key") from error

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

    def _derived(self, use: str) -> bytes:
        key = self._settings.signing_key.encode()
        return HKDF(SHA256(), length=32, salt=None, info=f"sanku {use}".encode()).derive(key)

    # The labels are part of the keys: with another label nothing that is stored could be decrypted.
    @cached_property
    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._derived("sealed secrets")))

    @cached_property
    def _token_key(self) -> bytes:
        return self._derived("links in mails")
