"""The archive itself: a compressed tar stream whose members are hashed on their way in and out."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from app.store.backup.manifest import DATABASE, FILES, KEYS, MANIFEST, Manifest, Member

_CHUNK = 1 << 20
# Texts shrink to a third at this level, and a stronger one takes five times as long.
_LEVEL = 1
_LARGEST_MANIFEST = 256 << 20


class BackupRefusedError(Exception):
    """The archive cannot be made or restored; the message says why and what to do, in English and Chinese."""


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

    def end(self, manifest: Manifest) -> None:
        """Write the manifest, without which the archive is no backup."""
        written = manifest.model_dump_json().encode()
        self._tar.addfile(_description(MANIFEST, len(written)), io.BytesIO(written))


@contextmanager
def archive_on(stream: IO[bytes]) -> Iterator[ArchiveWriter]:
    """An archive that is written to the stream."""
    with (
        gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=_LEVEL) as compressed,
        tarfile.open(fileobj=compressed, mode="w|") as tar,
    ):
        yield ArchiveWriter(tar)


def extract(stream: IO[bytes], folder: Path) -> Manifest:
    """Write all members below an empty folder, and compare them with the manifest.

    Raises:
        BackupRefusedError: the stream is no backup, or a part is missing, changed, or named as none in a backup.
    """
    found: dict[str, Member] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(fileobj=stream, mode="r|gz") as tar:
            for description, content in _contents(tar):
                if manifest is not None:
                    raise _damaged("there is more after its end")
                if description.name == MANIFEST:
                    manifest = Manifest.model_validate_json(content.read(_LARGEST_MANIFEST))
                else:
                    found[description.name] = _written(description.name, content, folder)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise _damaged(str(error) or type(error).__name__) from error
    if manifest is None:
        raise _damaged("its end is missing")
    if found != manifest.members:
        different = sorted(name for name in found.keys() | manifest.members.keys()
                           if found.get(name) != manifest.members.get(name))  # fmt: skip
        raise _damaged(f"{', '.join(different[:3])} is not what was backed up")
    return manifest


def _contents(tar: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    for description in tar:
        content = tar.extractfile(description) if description.isreg() else None
        if content is None or not _is_ours(description.name):
            raise _damaged(f"{description.name!r} does not belong in a backup")
        yield description, content


def _written(name: str, content: IO[bytes], folder: Path) -> Member:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    reader = HashingReader(content)
    with path.open("xb") as target:
        while piece := reader.read(_CHUNK):
            target.write(piece)
    return reader.member


def _is_ours(name: str) -> bool:
    """Names that a backup has; none of them leads out of the folder."""
    parts = PurePosixPath(name).parts
    if ".." in parts or name.startswith("/") or "\\" in name or "\0" in name:
        return False
    return name in (MANIFEST, DATABASE) or name.startswith((FILES, KEYS))


def _description(name: str, size: int) -> tarfile.TarInfo:
    description = tarfile.TarInfo(name)
    description.size, description.mode = size, 0o600
    return description


def _damaged(why: str) -> BackupRefusedError:
    return BackupRefusedError(
        f"the archive is no whole backup: {why}; take another one (备份文件不完整或已损坏：{why}；请换用其他备份)"
    )
