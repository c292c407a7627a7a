"""Encryption of archives for age recipients (https://age-encryption.org): only who has an identity can read them."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from app.store.backup.refusal import BackupRefusedError

AGE_HEADER = b"age-encryption.org/"


def is_encrypted(path: Path) -> bool:
    """Whether the file is encrypted with age."""
    with path.open("rb") as file:
        return file.read(len(AGE_HEADER)) == AGE_HEADER


@contextmanager
def encrypting(target: IO[bytes], recipients: Sequence[str]) -> Iterator[IO[bytes]]:
    """A stream; what is written to it reaches `target` encrypted.

    Raises:
        BackupRefusedError: a recipient is no age public key, or the extra is not installed.
    """
    age = _age()
    try:
        keys = [age.x25519.Recipient.from_str(recipient) for recipient in recipients]
    except age.RecipientError as error:
        raise BackupRefusedError(f"not an age public key (age1…): {error} (接收者不是 age 公钥)") from error
    with _piped(lambda source: age.encrypt_io(source, target, keys), writing=True) as stream:
        yield stream


@contextmanager
def decrypting(source: IO[bytes], identity: Path) -> Iterator[IO[bytes]]:
    """A stream with the decrypted content of `source`. `identity` is a file with lines `AGE-SECRET-KEY-1…`.

    Raises:
        BackupRefusedError: the file has no identity, or none of them can read the archive.
    """
    age = _age()
    lines = [line.strip() for line in identity.read_text("utf-8").splitlines()]
    try:
        keys = [age.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except age.IdentityError as error:
        raise BackupRefusedError(f"{identity} is no age identity ({identity} 不是 age 私钥文件)") from error
    if not keys:
        raise BackupRefusedError(f"{identity} has no age identity ({identity} 中没有 age 私钥)")
    with _piped(lambda target: age.decrypt_io(source, target, keys), writing=False) as stream:
        yield stream


@contextmanager
def _piped(work: Any, *, writing: bool) -> Iterator[IO[bytes]]:
    """One end of a pipe whose other end `work` reads or writes in a thread.

    Raises:
        BackupRefusedError: the work failed, for which the caller's failure is only the consequence.
    """
    reading_end, writing_end = os.pipe()
    mine, others = (writing_end, reading_end) if writing else (reading_end, writing_end)
    failed: list[Exception] = []
    given_up = threading.Event()
    age = _age()
    # What the library raises itself, and what it passes on from the streams.
    failures = (age.EncryptError, age.DecryptError, OSError, ValueError, RuntimeError)

    def run() -> None:
        with os.fdopen(others, "rb" if writing else "wb") as stream:
            try:
                work(stream)
            except failures as error:
                # Otherwise a broken pipe, which says nothing of the cause.
                if not given_up.is_set():
                    failed.append(error)

    thread = threading.Thread(target=run, name="age")
    thread.start()
    try:
        with os.fdopen(mine, "wb" if writing else "rb") as stream:
            try:
                yield stream
            except BaseException:
                given_up.set()
                raise
    except Exception as error:
        thread.join()
        raise (_refused(failed[0]) if failed else error) from error
    thread.join()
    if failed:
        raise _refused(failed[0])


def _refused(error: Exception) -> BackupRefusedError:
    return BackupRefusedError(f"encryption or decryption failed: {error} (加密或解密失败)")


def _age() -> Any:
    try:
        import pyrage
    except ImportError as error:
        raise BackupRefusedError(
            "encrypted backups need the extra `backup`: pip install 'sanku[backup]' "
            "(加密备份需要安装附加组件 backup)"
        ) from error
    return pyrage
