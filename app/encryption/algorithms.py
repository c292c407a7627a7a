"""The algorithms that a key may be for: a cipher with authentication (GCM), and the hash that derives keys and digests.

SM4 (GB/T 32907-2016) in GCM (RFC 8998) goes with SM3 (GB/T 32905-2016), AES-256 with SHA-256. Nonces have 12 bytes,
tags 16, in both, so stored values and files look the same.
"""

from enum import StrEnum
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

TAG = 16
"""Bytes by which an encrypted text is longer."""


class KeyAlgorithm(StrEnum):
    """What a key is for. The name stands in the ring's text and in `SANKU_ENCRYPTION_ALGORITHM`."""

    AES = "aes-256-gcm"
    SM4 = "sm4-gcm"


class AuthenticatedCipher(Protocol):
    """A key in use. `decrypt` raises InvalidTag or ValueError for what was not encrypted like this."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...


class SM4GCM:
    """SM4 in GCM, used as `AESGCM` is. The key has 16 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        encryptor = Cipher(self._key, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data or b"")
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """
        Raises:
            InvalidTag: the text, the nonce or what belongs to it was altered.
            ValueError: the text is shorter than a tag.
        """
        decryptor = Cipher(self._key, modes.GCM(nonce, data[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(associated_data or b"")
        return decryptor.update(data[:-TAG]) + decryptor.finalize()


def is_supported(algorithm: KeyAlgorithm) -> bool:
    """Whether OpenSSL on this machine has the algorithm."""
    try:
        cipher_of(algorithm, bytes(_KEY_BYTES[algorithm])).encrypt(bytes(12), b"", None)
        hashes.Hash(_HASHES[algorithm]())
    except UnsupportedAlgorithm:
        return False
    return True


def cipher_of(algorithm: KeyAlgorithm, secret: bytes) -> AuthenticatedCipher:
    """The cipher of this algorithm with a derived secret, of which it takes as many bytes as it needs."""
    key = secret[: _KEY_BYTES[algorithm]]
    return SM4GCM(key) if algorithm is KeyAlgorithm.SM4 else AESGCM(key)


def derive(algorithm: KeyAlgorithm, material: bytes, *, info: bytes, salt: bytes | None = None) -> bytes:
    """32 bytes for one use (HKDF)."""
    return HKDF(_HASHES[algorithm](), length=32, salt=salt, info=info).derive(material)


def keyed_hash(algorithm: KeyAlgorithm, key: bytes, message: bytes) -> bytes:
    """HMAC of the message, 32 bytes."""
    hashed = hmac.HMAC(key, _HASHES[algorithm]())
    hashed.update(message)
    return hashed.finalize()


_KEY_BYTES = {KeyAlgorithm.AES: 32, KeyAlgorithm.SM4: 16}
_HASHES: dict[KeyAlgorithm, type[hashes.HashAlgorithm]] = {
    KeyAlgorithm.AES: hashes.SHA256,
    KeyAlgorithm.SM4: hashes.SM3,
}
