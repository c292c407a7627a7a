"""Files are encrypted in the process before they are stored, whatever stores them, by a key of the ring."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import BinaryIO, cast

import structlog

from app.encryption.keys import current_ring, key_of
from app.encryption.ring import DecryptionError
from app.encryption.streams import PieceReader, Readable, encrypted, encrypted_size, key_id_in, opened
from app.engagements.files.storage import Store, open_raw_store
from app.errors import Unavailable
from app.settings import Settings

log = structlog.get_logger(__name__)


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


def _damaged(key: str, error: DecryptionError) -> FileDamaged:
    log.error("file_not_decrypted", file=key, error=str(error))
    return FileDamaged()


def _place(key: str) -> str:
    return f"file|{key}"
