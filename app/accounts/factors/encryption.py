"""Encryption of secrets at rest, with keys derived from the signing key."""

import base64
from functools import cached_property

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.settings import Settings


class SecretUnreadable(Exception):
    """The secret was not encrypted with the present signing key; its owner has to enter it again."""


class SecretEncryption:
    """Encrypts and decrypts secrets that must be used again. Reads the signing key on first use."""

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

    def _derived(self, use: str) -> bytes:
        key = self._settings.signing_key.encode()
        return HKDF(SHA256(), length=32, salt=None, info=f"sanku {use}".encode()).derive(key)

    # The labels are part of the keys: with another label nothing that is stored could be decrypted.
    @cached_property
    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._derived("sealed secrets")))
