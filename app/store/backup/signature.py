"""Who made an archive: its last member is a signature of the manifest, which has the digest of every other one.

The key never enters an archive, so who reads one cannot sign another.
"""

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.encryption.signature_keys import is_public_key, is_signed, key_in, public_key
from app.settings import Settings
from app.store.backup.refusal import BackupRefusedError

SIGNATURE = "manifest.sig"
_PURPOSE = b"sanku backup 1\n"
"""Before what is signed, so that a signature for something else is none of an archive."""


@dataclass(frozen=True, slots=True)
class Signers:
    """Whose archives are restored: holders of these public keys, in base64; None: everybody's, signed or not."""

    keys: frozenset[str] | None

    @classmethod
    def named(cls, keys: Collection[str]) -> "Signers":
        """
        Raises:
            BackupRefusedError: one of them is no public key, or there is none.
        """
        if wrong := [key for key in keys if not is_public_key(key)]:
            raise BackupRefusedError(
                f"{wrong[0]!r} is no public key, such as `sanku backup` shows (不是 sanku backup 显示的公钥)"
            )
        if not keys:
            raise BackupRefusedError(
                "say with --signer whose archive it should be, by the public key that `sanku backup` showed, or "
                "take it without a signature with --unsigned (请用 --signer 指定备份时显示的公钥；"
                "确信来源可靠而没有公钥的，用 --unsigned)"
            )
        return cls(frozenset(keys))

    @classmethod
    def of(cls, settings: Settings, keys: Collection[str]) -> "Signers":
        """These keys, by default that of the installation itself, if it has made backups before.

        Raises:
            BackupRefusedError: see `named`.
        """
        own = settings.backup_key_file
        return cls.named(keys or ([public_key(key_in(own))] if own.exists() else []))


ANYBODY = Signers(None)


def signature_of(manifest: bytes, key: Ed25519PrivateKey) -> bytes:
    """The last member of an archive with this manifest."""
    signature = base64.b64encode(key.sign(_PURPOSE + manifest)).decode()
    return json.dumps({"key": public_key(key), "signature": signature}).encode()


def check_signature(signature: bytes | None, manifest: bytes, signers: Signers) -> None:
    """
    Raises:
        BackupRefusedError: none of the signers has signed this manifest.
    """
    if signers.keys is None:
        return
    if signature is None:
        raise BackupRefusedError(
            "the archive is not signed: an earlier release has made it, or somebody has changed it; --unsigned "
            "restores it all the same (备份没有签名：由旧版本生成，或被改动过；确信来源可靠的，用 --unsigned)"
        )
    key, signed = _taken_apart(signature)
    if key not in signers.keys:
        raise BackupRefusedError(
            f"the archive is signed by the key {key}, which is none of those that it should be of "
            f"(备份由公钥 {key} 签名，与所指定的公钥不符)"
        )
    if not is_signed(_PURPOSE + manifest, signed, key):
        raise BackupRefusedError(
            "the signature of the archive is wrong: somebody has changed it; take another one "
            "(备份签名不符，备份曾被改动，请换用其他备份)"
        )


def _taken_apart(signature: bytes) -> tuple[str, bytes]:
    """The key and the signature; empty where there is none."""
    try:
        stated = json.loads(signature)
        key, signed = stated["key"], base64.b64decode(stated["signature"], validate=True)
    except (ValueError, KeyError, TypeError):
        return "", b""
    return (key, signed) if isinstance(key, str) and is_public_key(key) else ("", b"")
