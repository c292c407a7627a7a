"""The archive itself: a compressed tar stream whose members are hashed on their way in and out.

What an archive says of itself is bounded, and its signature is checked, before anything is written.
"""

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.store.backup.manifest import DATABASE, FILES, KEYS, MANIFEST, Manifest, Member
from app.store.backup.refusal import BackupRefusedError
from app.store.backup.signature import SIGNATURE, Signers, check_signature, signature_of

_CHUNK = 1 << 20
# Texts shrink to a third at this level, and a stronger one takes five times as long.
_LEVEL = 1
_LARGEST_MANIFEST = 256 << 20
_LARGEST_HEADER = 64 << 10
_MOST_MEMBERS = 1_000_000
_FURTHER_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
"""What a header may be that says more of the header behind it."""


class HashingReader(io.RawIOBase):
    """A stream that hashes and counts what is read from it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._digest = hashlib.sha256()
        self._size = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self._digest.update(piece)
        self._size += len(piece)
        return piece

    @property
    def member(self) -> Member:
        """What was read so far."""
        return Member(size=self._size, sha256=self._digest.hexdigest())


class ArchiveWriter:
    """Writes members one after the other, and the manifest at the end."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, Member] = {}

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Add a member of `size` bytes.

        Raises:
            OSError: the source has fewer bytes.
        """
        reader = HashingReader(source)
        self._tar.addfile(_description(name, size), reader)
        self.members[name] = reader.member

    def end(self, manifest: Manifest, key: Ed25519PrivateKey) -> None:
        """Write the manifest, without which the archive is no backup, and its signature by this key."""
        written = manifest.model_dump_json().encode()
        for name, content in ((MANIFEST, written), (SIGNATURE, signature_of(written, key))):
            self._tar.addfile(_description(name, len(content)), io.BytesIO(content))


@contextmanager
def archive_on(stream: IO[bytes]) -> Iterator[ArchiveWriter]:
    """An archive that is written to the stream."""
    with (
        gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=_LEVEL) as compressed,
        tarfile.open(fileobj=compressed, mode="w|") as tar,
    ):
        yield ArchiveWriter(tar)


class _BoundedHeader(tarfile.TarInfo):
    """Further headers are read into memory as a whole, and sparse files grow where they are read: both are bounded."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        is_long = self.type in _FURTHER_HEADERS and self.size > _LARGEST_HEADER
        if is_long or self.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.ReadError("a header is none of a backup")
        found: tarfile.TarInfo = super()._proc_member(tar)  # type: ignore[misc]  # typeshed leaves it out
        return found


def read_manifest(stream: IO[bytes], *, room: int, signers: Signers) -> Manifest:
    """The manifest of an archive, signed by one of these, whose members are what it says, by name and size. Nothing is
    written.

    Args:
        room: bytes that the members may have together.

    Raises:
        BackupRefusedError: the stream is no backup, a part is missing, none of `signers` has signed it, or it is larger
            than `room`.
    """
    sizes: dict[str, int] = {}
    written = signature = None
    with _damage_refused():
        for description, content in _members(stream):
            if signature is not None or (written is not None and description.name != SIGNATURE):
                raise _damaged("there is more after its end")
            if description.name == SIGNATURE and written is not None:
                signature = content.read(_LARGEST_HEADER)
                continue
            if description.name == MANIFEST:
                written = content.read(_LARGEST_MANIFEST)
                continue
            if description.name in sizes or len(sizes) >= _MOST_MEMBERS:
                raise _damaged(f"{description.name!r} does not belong in a backup")
            sizes[description.name] = description.size
            room -= description.size
            if room < 0:
                raise too_large()
    if written is None:
        raise _damaged("its end is missing")
    check_signature(signature, written, signers)
    with _damage_refused():
        manifest = Manifest.model_validate_json(written)
    _compare(sizes, {name: member.size for name, member in manifest.members.items()})
    return manifest


def extract(stream: IO[bytes], folder: Path, manifest: Manifest) -> None:
    """Write the members that the manifest names below an empty folder, and compare them with it.

    Raises:
        BackupRefusedError: the archive is not the one of the manifest, or a part was changed.
    """
    found: dict[str, Member] = {}
    with _damage_refused():
        for description, content in _members(stream):
            if description.name in (MANIFEST, SIGNATURE):
                continue
            stated = manifest.members.get(description.name)
            if stated is None or stated.size != description.size or description.name in found:
                raise _damaged(f"{description.name!r} is not what was backed up")
            found[description.name] = _written(description.name, content, folder)
    _compare(found, manifest.members)


def _compare(found: Mapping[str, object], stated: Mapping[str, object]) -> None:
    if found != stated:
        different = sorted(
            name for name in found.keys() | stated.keys() if found.get(name) != stated.get(name)
        )
        raise _damaged(f"{', '.join(different[:3])} is not what was backed up")


def _members(stream: IO[bytes]) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    with tarfile.open(fileobj=stream, mode="r|gz", tarinfo=_BoundedHeader) as tar:
        for description in tar:
            # A stream is read once: nobody asks for its members again.
            tar.members.clear()  # type: ignore[attr-defined]  # typeshed leaves it out
            content = tar.extractfile(description) if description.isreg() else None
            if content is None or description.issparse() or not _is_ours(description.name):
                raise _damaged(f"{description.name!r} does not belong in a backup")
            yield description, content


@contextmanager
def _damage_refused() -> Iterator[None]:
    """
    Raises:
        BackupRefusedError: what was read is no archive.
    """
    try:
        yield
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise _damaged(str(error) or type(error).__name__) from error


def _written(name: str, content: IO[bytes], folder: Path) -> Member:
    path = folder / name
    reader = HashingReader(content)
    with _failures_to_write():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = path.open("xb")
    with target:
        while piece := reader.read(_CHUNK):
            with _failures_to_write():
                target.write(piece)
    return reader.member


@contextmanager
def _failures_to_write() -> Iterator[None]:
    """
    Raises:
        BackupRefusedError: this machine cannot write what was read.
    """
    try:
        yield
    except OSError as error:
        raise BackupRefusedError(
            f"what is in the archive cannot be written: {error} (备份内容无法写入：{error})"
        ) from error


def _is_ours(name: str) -> bool:
    """Names that a backup has; none of them leads out of the folder."""
    parts = PurePosixPath(name).parts
    if ".." in parts or name.startswith("/") or "\\" in name or "\0" in name:
        return False
    return name in (MANIFEST, SIGNATURE, DATABASE) or name.startswith((FILES, KEYS))


def _description(name: str, size: int) -> tarfile.TarInfo:
    description = tarfile.TarInfo(name)
    description.size, description.mode = size, 0o600
    return description


def _damaged(why: str) -> BackupRefusedError:
    return BackupRefusedError(
        f"the archive is no whole backup: {why}; take another one (备份文件不完整或已损坏：{why}；请换用其他备份)"
    )


def too_large() -> BackupRefusedError:
    return BackupRefusedError(
        "the archive unpacks to more than the disk has free; make room or take another disk, and look where the "
        "archive comes from (备份解开后超出磁盘可用空间：请清理或更换磁盘，并核实备份来源)"
    )
