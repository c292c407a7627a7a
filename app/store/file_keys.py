"""Which key encrypted which file, and the encryption of files again by the newest key.

Each file is replaced at once by its store; what is done is not done twice, so a run may be interrupted and repeated.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.database import Database
from app.encryption.keys import current_ring
from app.encryption.streams import PieceReader
from app.engagements.files.encrypted_storage import EncryptedStore
from app.errors import Unavailable
from app.store.named_files import NamedFile, named_files


@dataclass(slots=True)
class FileReencryption:
    """What a run did.

    Attributes:
        files: how many files were encrypted again.
        unreadable: files that cannot be decrypted, or are not those of their SHA-256; they are left as they are.
        keys: how many files each key has encrypted now; None stands for no key.
    """

    files: int = 0
    unreadable: list[str] = field(default_factory=list)
    keys: Counter[str | None] = field(default_factory=Counter)


def keys_of_files(database: Database, files: EncryptedStore) -> Counter[str | None]:
    """How many files each key has encrypted; None stands for no key. Missing files are left out."""
    counted: Counter[str | None] = Counter()
    for file in _named(database):
        try:
            counted[files.key_id_of(file.key)] += 1
        except Unavailable:
            continue
    return counted


def reencrypt_files(
    database: Database, files: EncryptedStore, on_file: Callable[[int, int], None]
) -> FileReencryption:
    """Encrypt every file that is not of the newest key."""
    newest, result = current_ring().newest.id, FileReencryption()
    named = _named(database)
    for done, file in enumerate(named):
        on_file(done, len(named))
        try:
            key_id = files.key_id_of(file.key)
        except Unavailable:  # missing, which `sanku check` tells
            continue
        if key_id != newest:
            try:
                files.put_from(file.key, PieceReader(_whole(files, file)), file.size)
            except (Unavailable, OSError, ValueError) as error:
                result.unreadable.append(f"file {file.key}: {error}")
            else:
                key_id, result.files = newest, result.files + 1
        result.keys[key_id] += 1
    return result


def _named(database: Database) -> list[NamedFile]:
    with database.reading() as session:
        return list(named_files(session))


def _whole(files: EncryptedStore, file: NamedFile) -> Iterator[bytes]:
    """The clear text, which fails at its end if it is not the file's: a store publishes nothing then."""
    digest = hashlib.sha256()
    for piece in files.read(file.key):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != file.sha256:
        raise ValueError("its bytes are not those of its SHA-256")
