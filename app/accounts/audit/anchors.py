"""Anchors: signed heads of the chain, kept outside the database: its owner cannot rewrite the past unnoticed."""

import base64
import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.accounts.audit.chain import Algorithm
from app.accounts.audit.seals import Head, seal_new
from app.database import Database
from app.encryption.signature_keys import key_in, public_key
from app.settings import Settings

log = structlog.get_logger(__name__)

COMMAND_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head as it was written down, and the key that signed it (base64)."""

    head: Head
    key: str


def seal_and_anchor(database: Database, settings: Settings) -> Head | None:
    """Seal what is new, and write its head to the anchors' file and the command of the settings."""
    head = seal_new(database, Algorithm(settings.audit_hash))
    if head is not None:
        line = _line(head, signing_key(settings))
        _append(settings.audit_anchors_path, line)
        if settings.audit_anchor_command:
            _send(settings.audit_anchor_command, line)
    return head


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The key of anchors, made at first use; only the user of the process can read it."""
    return key_in(settings.audit_key_file)


def read_anchors(files: list[Path]) -> Iterator[Anchor]:
    """The anchors of these files, each with a valid signature by the key that it names.

    Raises:
        ValueError: a line is no anchor, or its signature is wrong; the message names file and line.
    """
    for file in files:
        with file.open(encoding="ascii") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield _read(line)
                except (ValueError, KeyError, TypeError, InvalidSignature) as error:
                    raise ValueError(f"{file}:{number}") from error


def _line(head: Head, key: Ed25519PrivateKey) -> str:
    signed = _signed(head)
    fields: dict[str, Any] = json.loads(signed)
    signature = base64.b64encode(key.sign(signed)).decode()
    return json.dumps(fields | {"key": public_key(key), "signature": signature}) + "\n"


def _signed(head: Head) -> bytes:
    fields = {
        "algorithm": head.algorithm,
        "digest": head.digest,
        "sealed_at": head.sealed_at.isoformat(timespec="microseconds"),
        "seq": head.seq,
    }
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def _read(line: str) -> Anchor:
    fields = json.loads(line)
    head = Head(
        seq=int(fields["seq"]),
        digest=str(fields["digest"]),
        algorithm=str(fields["algorithm"]),
        sealed_at=datetime.fromisoformat(fields["sealed_at"]),
    )
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(fields["key"]))
    key.verify(base64.b64decode(fields["signature"]), _signed(head))
    return Anchor(head, str(fields["key"]))


def _append(file: Path, line: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="ascii"
    ) as out:
        out.write(line)
        out.flush()
        os.fsync(out.fileno())


def _send(command: str, line: str) -> None:
    """Give the line to the command; a failure is logged, because the file has the anchor."""
    try:
        subprocess.run(  # noqa: S603 — the operator's own command, run without a shell
            shlex.split(command),
            input=line.encode(),
            check=True,
            timeout=COMMAND_SECONDS,
            capture_output=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.error("audit_anchor_not_sent", error=type(error).__name__)
