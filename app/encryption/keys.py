"""The ring of this process: read from the settings, followed while it changes, and known to all column types.

A process serves one installation, so there is one ring. Column types have no other way to it: SQLAlchemy gives them a
value and a dialect.
"""

import shlex
import subprocess
import threading
import time
from pathlib import Path

from app.encryption.ring import (
    DecryptionError,
    EncryptionKey,
    KeyRing,
    KeysUnusableError,
    keys_in,
    signing_derived,
    taken_apart,
)
from app.settings import OF_DEMONSTRATION, Settings

COMMAND_SECONDS = 30
FOLLOWED_EVERY = 1.0
"""Seconds between two looks at a file of keys, or two runs of a command for a key that is unknown."""


class _ProcessKeys:
    """The ring of the settings. A file is read again when it changes; a key that is unknown is looked for once more."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._file = settings.encryption_keys_path
        self._stamp = _stamp(self._file)
        self._looked = time.monotonic()
        self.ring = read_ring(settings)

    def followed(self) -> KeyRing:
        if time.monotonic() - self._looked > FOLLOWED_EVERY:
            self._looked = time.monotonic()
            if (stamp := _stamp(self._file)) != self._stamp:
                self._stamp = stamp
                self._read_again()
        return self.ring

    def find(self, key_id: str) -> EncryptionKey | None:
        """A key of the ring. For one that is unknown, a file that has changed is read at once, and a command is run
        once a second at most."""
        if key_id not in self.ring.keys:
            stamp = _stamp(self._file)
            is_due = time.monotonic() - self._looked > FOLLOWED_EVERY
            if stamp != self._stamp or (self._settings.encryption_keys_command is not None and is_due):
                self._looked, self._stamp = time.monotonic(), stamp
                self._read_again()
        return self.ring.keys.get(key_id)

    def _read_again(self) -> None:
        """A ring that another process is changing or that is damaged just now replaces nothing."""
        with self._lock:
            try:
                self.ring = read_ring(self._settings)
            except (KeysUnusableError, OSError):
                return


_process: _ProcessKeys | None = None
_seen: dict[str, EncryptionKey] = {}
"""Keys of this process, also those of a ring before the present one."""


def use_keys(settings: Settings) -> KeyRing:
    """Let this process encrypt and decrypt with the ring of these settings.

    Raises:
        KeysUnusableError: a key is damaged, or there is none.
    """
    global _process
    _process = _ProcessKeys(settings)
    _seen.update(_process.ring.keys)
    return _process.ring


def current_ring() -> KeyRing:
    """
    Raises:
        RuntimeError: `use_keys` was not called.
    """
    if _process is None:
        raise RuntimeError("no keys are in use: call `use_keys` before values are stored or read")
    return _process.followed()


def encrypt(plain: bytes, *, bound_to: str) -> str:
    """Encrypt with the newest key. Each call gives another text."""
    return current_ring().newest.encrypt(plain, bound_to)


def decrypt(value: str, *, bound_to: str) -> bytes | None:
    """The decrypted value; None if the text was not encrypted, as before `sanku init` brings a store up to date.

    Raises:
        DecryptionError: the key is missing, or the value was altered or moved here from elsewhere.
    """
    parts = taken_apart(value)
    if parts is None:
        return None
    return key_of(parts.key_id, bound_to).decrypt(parts.sealed, bound_to)


def key_of(key_id: str, place: str) -> EncryptionKey:
    """The key with this id, by which the value or file at `place` was encrypted.

    Raises:
        DecryptionError: it is missing.
    """
    key = _seen.get(key_id)
    if key is None:
        key = None if _process is None else _process.find(key_id)
        if key is None:
            raise DecryptionError(f"{place}: key {key_id[:32]} is missing")
        _seen[key.id] = key
    return key


def keyed_digest(purpose: str, text: str) -> str:
    """A digest that is equal for equal texts, and cannot be found by trying texts without the key."""
    return current_ring().newest.digest(purpose, text)


def read_ring(settings: Settings) -> KeyRing:
    """The ring of the settings. The key that is derived from the signing key is its oldest one.

    Raises:
        KeysUnusableError: a key is damaged, a named source cannot be read, or there is no key.
    """
    keys, legacy = [], None
    try:
        derived, legacy = signing_derived(settings.signing_key)
        keys.append(derived)
    except RuntimeError:  # the ring may do without a signing key
        pass
    keys += _named_keys(settings)
    if not keys:
        if settings.is_demonstration_home:
            raise KeysUnusableError(f"no encryption keys: {OF_DEMONSTRATION}")
        raise KeysUnusableError(
            "no encryption keys: run `sanku init` or set SANKU_ENCRYPTION_KEYS (缺少加密密钥：请先运行 sanku init)"
        )
    return KeyRing(keys, legacy)


def _named_keys(settings: Settings) -> list[EncryptionKey]:
    if settings.encryption_keys is not None:
        return keys_in(settings.encryption_keys.get_secret_value(), "SANKU_ENCRYPTION_KEYS")
    if settings.encryption_keys_command is not None:
        return keys_in(_output_of(settings.encryption_keys_command), "SANKU_ENCRYPTION_KEYS_COMMAND")
    path = settings.encryption_keys_path
    if path is None or (settings.encryption_keys_file is None and not path.exists()):
        return []
    try:
        return keys_in(path.read_text(encoding="ascii"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise KeysUnusableError(f"{path}: cannot be read as keys (无法读取密钥文件 {path})") from error


def _output_of(command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 — the operator's own command, run without a shell
            shlex.split(command),
            check=True,
            timeout=COMMAND_SECONDS,
            capture_output=True,
            stdin=subprocess.DEVNULL,
        )
        return done.stdout.decode("ascii")
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        reason = type(error).__name__
        raise KeysUnusableError(
            f"SANKU_ENCRYPTION_KEYS_COMMAND gave no keys: {reason} (SANKU_ENCRYPTION_KEYS_COMMAND 未给出密钥：{reason})"
        ) from error


def _stamp(path: Path | None) -> tuple[int, int] | None:
    try:
        status = None if path is None else path.stat()
    except OSError:
        return None
    return None if status is None else (status.st_mtime_ns, status.st_ino)
