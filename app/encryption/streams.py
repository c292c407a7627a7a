"""Encrypted files: a stream of segments, each authenticated, so that a large file is read with little memory.

A file is `sanku-file-1\\n`, the length and id of a key of the ring, 32 random bytes, and segments of 64 KiB, encrypted
by the algorithm of the ring's key with 16 bytes more. The key of a file is derived (HKDF) from the ring's key, the
random bytes, and what the file belongs to. The nonce of a segment is its number, and whether it is the last one (after
STREAM, Hoang et al., 2015): a segment that is missing, moved or of another file is refused, and so is a file that ends
too early.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Protocol

from cryptography.exceptions import InvalidTag

from app.encryption.algorithms import TAG, AuthenticatedCipher, cipher_of, derive
from app.encryption.ring import DecryptionError, EncryptionKey

MAGIC = b"sanku-file-1\n"
SEGMENT = 64 * 1024
"""Bytes of clear text in every segment but the last one, which has fewer or as many."""
_SALT = 32
_COUNTER = 11

FindKey = Callable[[str], EncryptionKey]


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class PieceReader:
    """Bytes that arrive in pieces, as a file to read from."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = b""

    def read(self, size: int = -1, /) -> bytes:
        """As many bytes, fewer only at the end; all of them with -1."""
        parts, length = [self._left], len(self._left)
        while size < 0 or length < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            parts.append(piece)
            length += len(piece)
        whole = b"".join(parts)
        size = len(whole) if size < 0 else size
        self._left = whole[size:]
        return whole[:size]

    def rest(self) -> Iterator[bytes]:
        left, self._left = self._left, b""
        return chain((left,) if left else (), self._pieces)


def encrypted_size(key: EncryptionKey, size: int) -> int:
    """The bytes of an encrypted file with `size` bytes of clear text."""
    segments = max(1, -(-size // SEGMENT))
    return len(_head(key, bytes(_SALT))) + size + segments * TAG


def encrypted(key: EncryptionKey, plain: Readable, bound_to: str) -> Iterator[bytes]:
    """The pieces of the encrypted file. `plain` gives as many bytes as it is asked for, except at its end."""
    salt = os.urandom(_SALT)
    cipher = _cipher(key, salt, bound_to)
    yield _head(key, salt)
    segment, number = plain.read(SEGMENT), 0
    while True:
        following = plain.read(SEGMENT)
        yield cipher.encrypt(_nonce(number, is_last=not following), segment, None)
        if not following:
            return
        segment, number = following, number + 1


def opened(pieces: Iterable[bytes], bound_to: str, find: FindKey) -> tuple[str | None, Iterator[bytes]]:
    """The id of the key of a stored file and its clear text; None and the bytes as they are for one that was stored
    before files were encrypted.

    Reading raises DecryptionError at a segment that is not the right one; what came before it was.

    Raises:
        DecryptionError: the head is damaged, or `find` knows no such key.
    """
    reader = PieceReader(pieces)
    head = reader.read(len(MAGIC))
    if head != MAGIC:
        return None, chain((head,) if head else (), reader.rest())
    key_id = _key_id(reader)
    salt = reader.read(_SALT)
    if len(salt) < _SALT:
        raise DecryptionError(f"{bound_to}: the file breaks off in its head")
    return key_id, _decrypted(reader, _cipher(find(key_id), salt, bound_to), bound_to)


def key_id_in(pieces: Iterable[bytes]) -> str | None:
    """The id of the key that a stored file names; None if it is not encrypted. Only its head is read."""
    reader = PieceReader(pieces)
    return _key_id(reader) if reader.read(len(MAGIC)) == MAGIC else None


def _key_id(reader: PieceReader) -> str:
    length = reader.read(1)
    return reader.read(length[0] if length else 0).decode("ascii", "replace")


def _decrypted(reader: PieceReader, cipher: AuthenticatedCipher, bound_to: str) -> Iterator[bytes]:
    segment, number = reader.read(SEGMENT + TAG), 0
    while True:
        following = reader.read(SEGMENT + TAG)
        try:
            plain = cipher.decrypt(_nonce(number, is_last=not following), segment, None)
        except (InvalidTag, ValueError) as error:
            raise DecryptionError(f"{bound_to}: altered, cut off, or of another file") from error
        if plain:
            yield plain
        if not following:
            return
        segment, number = following, number + 1


def _head(key: EncryptionKey, salt: bytes) -> bytes:
    key_id = key.id.encode("ascii")
    return MAGIC + bytes([len(key_id)]) + key_id + salt


def _cipher(key: EncryptionKey, salt: bytes, bound_to: str) -> AuthenticatedCipher:
    info = f"sanku file {bound_to}".encode()
    return cipher_of(key.algorithm, derive(key.algorithm, key.derived("files"), info=info, salt=salt))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_COUNTER, "big") + bytes([is_last])
