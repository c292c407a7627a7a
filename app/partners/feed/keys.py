"""Keys of the feed, derived from the signing key of the service: for the signature of pages and for cursors."""

import base64
import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jwt import PyJWS
from jwt.algorithms import OKPAlgorithm
from jwt.exceptions import InvalidTokenError, PyJWTError

from app.errors import Invalid
from app.settings import Settings

SIGNATURE_HEADER = "X-JWS-Signature"
"""Where a page carries its detached signature (RFC 7515, RFC 7797)."""
_ALGORITHM = "EdDSA"
_CURSOR = struct.Struct(">16sQQ")


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a partner has read: the place in the feed, under which agreement and which version of its scope."""

    agreement_id: UUID
    scope_version: int
    seq: int


class FeedKeys:
    """Signs pages, and makes cursors that tell their reader nothing.

    A cursor is encrypted, because places in the feed count the changes of records that the partner does not see; and
    always to the same text, so that an unchanged page keeps its ETag.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def public_key(self) -> dict[str, Any]:
        """The key that pages are checked with, as a JWK."""
        jwk: dict[str, Any] = OKPAlgorithm.to_jwk(self._private_key.public_key(), as_dict=True)
        return jwk | {"alg": _ALGORITHM, "use": "sig"}

    def sign(self, body: bytes) -> str:
        """The detached signature of these bytes."""
        return PyJWS().encode(body, self._private_key, algorithm=_ALGORITHM, is_payload_detached=True)

    def seal(self, cursor: Cursor) -> str:
        """The cursor as text."""
        plain = _CURSOR.pack(cursor.agreement_id.bytes, cursor.scope_version, cursor.seq)
        return base64.urlsafe_b64encode(self._cipher.encrypt(plain, None)).decode("ascii")

    def open(self, text: str) -> Cursor:
        """
        Raises:
            Invalid: the text is no cursor of this service.
        """
        try:
            plain = self._cipher.decrypt(base64.urlsafe_b64decode(text.encode("ascii")), None)
            agreement_id, scope_version, seq = _CURSOR.unpack(plain)
        except (ValueError, InvalidTag, struct.error) as error:
            raise Invalid.field(
                "cursor",
                "bad_cursor",
                "游标无效；请使用上一页返回的 next，或不带游标从头读取",
                "not a cursor of this feed; use `next` of the page before, or none to start from the beginning",
            ) from error
        return Cursor(UUID(bytes=agreement_id), scope_version, seq)

    def _derived(self, use: str) -> bytes:
        key = self._settings.signing_key.encode()
        return HKDF(SHA256(), length=32, salt=None, info=f"sanku feed {use}".encode()).derive(key)

    @cached_property
    def _private_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._derived("signatures"))

    @cached_property
    def _cipher(self) -> AESSIV:
        return AESSIV(self._derived("cursors"))


def is_signed(body: bytes, signature: str, public_key: dict[str, Any]) -> bool:
    """Whether the holder of the key has signed these bytes; what is no key has signed nothing."""
    try:
        key = OKPAlgorithm.from_jwk(public_key)
    except (PyJWTError, ValueError):
        return False
    if not isinstance(key, Ed25519PublicKey):
        return False
    try:
        PyJWS().decode_complete(signature, key, algorithms=[_ALGORITHM], detached_payload=body)
    except InvalidTokenError:
        return False
    return True
