"""Keys that sign what the service writes down outside its database (Ed25519), each in a file of its own."""

import base64
import binascii
import os
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

log = structlog.get_logger(__name__)


def key_in(file: Path) -> Ed25519PrivateKey:
    """The key of this file, made at first use; only the user of the process can read it."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        made = Ed25519PrivateKey.generate().private_bytes_raw()
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
                new.write(base64.b64encode(made))
        except FileExistsError:
            log.info("signing_key_made_by_another_process", file=file.name)
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(file.read_bytes()))


def public_key(key: Ed25519PrivateKey) -> str:
    """The public half, in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def is_public_key(text: str) -> bool:
    """Whether the text is a public key as `public_key` writes it."""
    try:
        return len(base64.b64decode(text, validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


def is_signed(content: bytes, signature: bytes, key: str) -> bool:
    """Whether the holder of this public key, in base64, has signed the content."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True)).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True
