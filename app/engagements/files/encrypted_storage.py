"""Files are encrypted in the process before they are stored, whatever stores them, by a key of the ring."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, BinaryIO, cast

import structlog
from fastapi import Depends

from app.encryption.keys import current_ring, key_of
from app.encryption.ring import DecryptionError
from app.encryption.streams import PieceReader, Readable, encrypted, encrypted_size, key_id_in, opened
from app.engagements.files.storage import CHUNK, Store, open_raw_store
from app.errors import Unavailable
from app.services import provided
from app.settings import Settings

log = structlog.get_logger(__name__)

_IN_MEMORY = 1_000_000


class FileDamaged(Unavailable):
    """The file's content was altered or its key is missing. Please contact the bureau."""

    code = "file_damaged"
    zh = "文件内容已损坏或缺少密钥，无法读取，请联系管理部门。"


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A stored file: the id of its key (None: it was stored before files were encrypted) and its clear text."""

    key_id: str | None
    pieces: Iterator[bytes]


class EncryptedStore:
    """A store whose bytes are encrypted, each file bound to its key in the store. `raw` has the bytes as they lie.

    Files of releases that did not encrypt are read as they are; `sanku keys reencrypt` encrypts them.
    """

    def __init__(self, raw: Store) -> None:
        self.raw = raw

    def put(self, key: str, file: BinaryIO, size: int) -> None:
        self.put_from(key, file, size)

    def put_from(self, key: str, plain: Readable, size: int) -> None:
        """Store what `plain` gives, `size` bytes.

        Raises:
            OSError: it gives more or fewer.
        """
        newest = current_ring().newest
        pieces = PieceReader(encrypted(newest, plain, _place(key)))
        self.raw.put(key, cast(BinaryIO, pieces), encrypted_size(newest, size))

    def read(self, key: str) -> Iterator[bytes]:
        """The clear text in pieces. Reading raises FileDamaged where the file was altered or breaks off.

        Raises:
            Unavailable: the key does not exist, or the beginning cannot be decrypted.
        """
        return self.opened(key).pieces

    def read_as_named(self, key: str, sha256: str) -> Iterator[bytes]:
        """As `read`, of a file whose row has this SHA-256 in hex. One that is not encrypted is compared with it before
        anything is given out: nothing else shows that it was put there by who may write to the store.

        Raises:
            Unavailable: as `read`; FileDamaged also for another file that is not encrypted.
        """
        file = self.opened(key)
        return file.pieces if file.key_id is not None else _compared(file.pieces, key, sha256)

    def opened(self, key: str) -> OpenedFile:
        """
        Raises:
            Unavailable: as `read`.
        """
        try:
            key_id, pieces = opened(self.raw.read(key), _place(key), lambda id_: key_of(id_, _place(key)))
        except DecryptionError as error:
            raise _damaged(key, error) from error
        checked = _checked(pieces, key)
        first = next(checked, b"")  # before an answer begins, which can only break off
        return OpenedFile(key_id, chain((first,) if first else (), checked))

    def key_id_of(self, key: str) -> str | None:
        """The id of the key that a file names, whether this process has it or not; None if it is not encrypted.

        Raises:
            Unavailable: the file does not exist.
        """
        pieces = self.raw.read(key)
        try:
            return key_id_in(pieces)
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    def delete(self, key: str) -> None:
        self.raw.delete(key)

    def listing(self) -> Iterator[tuple[str, datetime]]:
        return self.raw.listing()


AppFiles = Annotated[EncryptedStore, Depends(provided(EncryptedStore))]


def open_store(settings: Settings) -> EncryptedStore:
    """
    Raises:
        RuntimeError: as `open_raw_store`.
    """
    return EncryptedStore(open_raw_store(settings))


def _checked(pieces: Iterator[bytes], key: str) -> Iterator[bytes]:
    try:
        yield from pieces
    except DecryptionError as error:
        raise _damaged(key, error) from error


def _compared(pieces: Iterator[bytes], key: str, sha256: str) -> Iterator[bytes]:
    """The pieces once all of them were seen; of a copy, because the file may be replaced meanwhile."""
    copy = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by its reader
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        copy.write(piece)
    if digest.hexdigest() != sha256:
        copy.close()
        raise _damaged(key, DecryptionError(f"{_place(key)}: neither encrypted nor the file of its row"))
    copy.seek(0)
    return _rest_of(copy)


def _rest_of(copy: IO[bytes]) -> Iterator[bytes]:
    with copy:
        while piece := copy.read(CHUNK):
            yield piece


def _damaged(key: str, error: DecryptionError) -> FileDamaged:
    log.error("file_not_decrypted", file=key, error=str(error))
    return FileDamaged()


def _place(key: str) -> str:
    return f"file|{key}"
