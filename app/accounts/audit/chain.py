"""The digest that binds an entry to its place in the chain."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from app.accounts.audit.models import AuditSeal
from app.accounts.models import AuditEntry


class Algorithm(StrEnum):
    """Hash functions; SM3 is GB/T 32905-2016, which not every OpenSSL has."""

    SHA256 = "sha256"
    SM3 = "sm3"


_HASHES: dict[Algorithm, type[hashes.HashAlgorithm]] = {
    Algorithm.SHA256: hashes.SHA256,
    Algorithm.SM3: hashes.SM3,
}


def digest_of(seal: AuditSeal, entry: AuditEntry) -> str:
    """The digest of the entry in this place: over canonical JSON (RFC 8785 for these types) of both, in UTF-8.

    Raises:
        RuntimeError: this machine's OpenSSL does not have the seal's algorithm.
    """
    content = {
        "algorithm": seal.algorithm,
        "entry": {
            column.key: _plain(getattr(entry, column.key)) for column in AuditEntry.__mapper__.column_attrs
        },
        "previous": seal.previous,
        "sealed_at": _plain(seal.sealed_at),
        "seq": seal.seq,
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    try:
        hashed = hashes.Hash(_HASHES[Algorithm(seal.algorithm)]())
    except UnsupportedAlgorithm as error:
        raise RuntimeError(
            f"OpenSSL on this machine has no {seal.algorithm}; set SANKU_AUDIT_HASH to sha256 "
            f"(本机 OpenSSL 不支持 {seal.algorithm},请将 SANKU_AUDIT_HASH 设为 sha256)"
        ) from error
    hashed.update(canonical.encode("utf-8", "surrogatepass"))
    return hashed.finalize().hex()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)
