"""A ring of keys: the newest encrypts, all decrypt.

A value is `sk1.<key id>.<Base64 of nonce, ciphertext and tag>`, by its key's algorithm. What it belongs to, such as its
column and row, is authenticated with it, so a value that was moved elsewhere cannot be decrypted there.
"""

import base64
import binascii
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.encryption.algorithms import (
    AuthenticatedCipher,
    KeyAlgorithm,
    cipher_of,
    derive,
    is_supported,
    keyed_hash,
)

PREFIX = "sk1."
_KEY_BYTES = 32
_NONCE = 12
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_SIGNING = "signing-"
_NAMES = ", ".join(KeyAlgorithm)


class KeysUnusableError(RuntimeError):
    """The keys cannot be used; the message says which, in English and Chinese, and holds nothing of a key."""


class DecryptionError(Exception):
    """A stored value cannot be decrypted; the message names its place and key, and nothing of its content."""


@dataclass(frozen=True, slots=True)
class EncryptedValue:
    """A stored value taken apart."""

    key_id: str
    sealed: bytes


@dataclass(frozen=True)
class EncryptionKey:
    """One key of the ring. Each use has a key of its own, derived from this one."""

    id: str
    material: bytes = field(repr=False)
    algorithm: KeyAlgorithm = KeyAlgorithm.AES

    def derived(self, use: str) -> bytes:
        """A key of 32 bytes for one use."""
        return derive(self.algorithm, self.material, info=f"sanku {use}".encode())

    @cached_property
    def _cipher(self) -> AuthenticatedCipher:
        return cipher_of(self.algorithm, self.derived("fields"))

    @cached_property
    def _digest_key(self) -> bytes:
        return self.derived("digests")

    def encrypt(self, plain: bytes, bound_to: str) -> str:
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, plain, bound_to.encode())
        return f"{PREFIX}{self.id}.{base64.b64encode(sealed).decode('ascii')}"

    def decrypt(self, sealed: bytes, bound_to: str) -> bytes:
        """
        Raises:
            DecryptionError: it was altered, belongs elsewhere, or is of another key with this id.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
        except (InvalidTag, ValueError) as error:
            raise DecryptionError(
                f"{bound_to}: altered, moved from elsewhere, or encrypted by another key {self.id}"
            ) from error

    def digest(self, purpose: str, text: str) -> str:
        """A keyed digest: equal texts have equal digests, and nobody without the key finds the text by trying."""
        digest = keyed_hash(self.algorithm, self._digest_key, f"{purpose}\0{text}".encode())
        return f"{self.id}:{digest.hex()[:32]}"


class KeyRing:
    """Keys from the oldest to the newest. `legacy` decrypts secrets of releases before the ring."""

    def __init__(self, keys: Sequence[EncryptionKey], legacy: Fernet | None = None) -> None:
        self.keys = {key.id: key for key in keys}
        self.newest = keys[-1]
        self.legacy = legacy


def taken_apart(value: str) -> EncryptedValue | None:
    """The parts of an encrypted value; None if the text was not encrypted.

    Raises:
        DecryptionError: it begins like an encrypted value, and is none.
    """
    if not value.startswith(PREFIX):
        return None
    key_id, _, encoded = value.removeprefix(PREFIX).partition(".")
    try:
        return EncryptedValue(key_id, base64.b64decode(encoded, validate=True))
    except binascii.Error as error:
        raise DecryptionError(f"a damaged value of key {key_id[:32]}") from error


def new_entry(key_id: str, algorithm: KeyAlgorithm = KeyAlgorithm.AES) -> str:
    """A random key as it stands in a ring's text.

    Raises:
        KeysUnusableError: OpenSSL on this machine does not have the algorithm.
    """
    _refuse_unsupported(key_id, algorithm)
    named = "" if algorithm is KeyAlgorithm.AES else f"{algorithm}:"
    return f"{key_id}:{named}{base64.b64encode(os.urandom(_KEY_BYTES)).decode('ascii')}"


def keys_in(text: str, source: str) -> list[EncryptionKey]:
    """The keys of a ring's text: entries `id:key` or `id:algorithm:key`, one a line or separated by commas, the newest
    last.

    `key` is 32 bytes in Base64. Lines that begin with `#` are comments. `source` names the text in errors.

    Raises:
        KeysUnusableError: an entry is damaged, names an algorithm that is unknown or that OpenSSL on this machine does
            not have, or two have the same id.
    """
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    keys: list[EncryptionKey] = []
    for number, entry in enumerate(
        (one.strip() for line in lines for one in line.split(",") if one.strip()), 1
    ):
        key = _key(entry)
        if key is None or key.id.startswith(_SIGNING):
            name = entry.partition(":")[0][:32] if ":" in entry else f"#{number}"
            raise KeysUnusableError(
                f"{source}: key {name} is damaged; an entry is `id:` or `id:algorithm:` ({_NAMES}) and 32 bytes in "
                f"Base64 ({source}：密钥 {name} 已损坏，每项应为“id:”或“id:算法:”加 32 字节的 Base64)"
            )
        _refuse_unsupported(key.id, key.algorithm)
        if key.id in {one.id for one in keys}:
            raise KeysUnusableError(
                f"{source}: two keys are called {key.id} ({source}：密钥编号 {key.id} 重复)"
            )
        keys.append(key)
    return keys


def signing_derived(signing_key: str) -> tuple[EncryptionKey, Fernet]:
    """The key of installations that have no ring of their own, and what decrypts secrets of releases before the ring.

    The key's id changes with the signing key, so that a start with another one names the missing key.
    """
    material = _of_signing_key(signing_key, "ring")
    key_id = f"{_SIGNING}{sha256(material).hexdigest()[:8]}"
    legacy = Fernet(base64.urlsafe_b64encode(_of_signing_key(signing_key, "sealed secrets")))
    return EncryptionKey(key_id, material), legacy


def next_id(taken: Iterable[str]) -> str:
    """The id of the next key: `k` and a number that none of these has."""
    numbers = [int(one[1:]) for one in taken if re.fullmatch(r"k\d{1,9}", one)]
    return f"k{max(numbers, default=0) + 1}"


def _key(entry: str) -> EncryptionKey | None:
    key_id, _, rest = entry.partition(":")
    name, _, encoded = rest.rpartition(":")
    try:
        algorithm = KeyAlgorithm(name) if name else KeyAlgorithm.AES
        material = base64.b64decode(encoded, validate=True)
    except ValueError:
        return None
    is_whole = _ID.fullmatch(key_id) and len(material) == _KEY_BYTES
    return EncryptionKey(key_id, material, algorithm) if is_whole else None


def _refuse_unsupported(key_id: str, algorithm: KeyAlgorithm) -> None:
    if not is_supported(algorithm):
        raise KeysUnusableError(
            f"key {key_id} is for {algorithm}, which OpenSSL on this machine does not have; use a machine that has it, "
            f"or set SANKU_ENCRYPTION_ALGORITHM to {KeyAlgorithm.AES} before a key is made "
            f"(密钥 {key_id} 使用 {algorithm}，本机 OpenSSL 不支持；请换用支持的环境，"
            f"或在生成密钥前将 SANKU_ENCRYPTION_ALGORITHM 设为 {KeyAlgorithm.AES})"
        )


def _of_signing_key(signing_key: str, use: str) -> bytes:
    info = f"sanku {use}".encode()
    return HKDF(SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(signing_key.encode())
