"""Making a backup while the service runs."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from app import database_schema
from app.database import Database, now
from app.encryption.signature_keys import key_in
from app.engagements.files.storage import Store
from app.errors import Unavailable
from app.settings import Settings
from app.store import transfer
from app.store.backup.archive import ArchiveWriter, archive_on
from app.store.backup.encryption import encrypting
from app.store.backup.manifest import DATABASE, FILES, KEYS, Manifest
from app.store.backup.refusal import BackupRefusedError
from app.store.named_files import NamedFile, named_files

OnPart = transfer.OnTable


def back_up(
    database: Database,
    settings: Settings,
    files: Store | None,
    target: Path,
    *,
    recipients: Sequence[str] = (),
    with_keys: bool = False,
    on_part: OnPart = lambda _part, _done, _total: None,
) -> Manifest:
    """Write a backup to `target`, which appears once it is complete.

    The database is copied as of one moment, then the bytes of the files that this copy names: these were stored before
    their rows. A file that was removed in between is left out. The key of the installation signs the archive.

    Args:
        files: the bytes as they are stored, encrypted by the ring; None leaves uploaded files out.
        recipients: age public keys; with any, the archive is encrypted.
        with_keys: include the signing key, the ring of encryption keys, the key of the audit trail and its anchors.

    Raises:
        BackupRefusedError: the target exists, the schema is not current, or a recipient is unknown.
    """
    if target.exists():
        raise BackupRefusedError(f"{target} exists; name a new file ({target} 已存在，请指定新文件)")
    if not database_schema.is_current(database):
        raise BackupRefusedError(
            "the schema of the database is not current; run `sanku init` first "
            "(数据库结构不是当前版本，请先运行 sanku init)"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".sanku-backup-") as folder:
        copy = Path(folder) / DATABASE
        _copy_database(database, copy, on_part)
        unfinished = Path(folder) / "archive"
        with _opened(unfinished, recipients) as stream, archive_on(stream) as archive:
            keys = _keys(settings) if with_keys else {}
            manifest = _write(archive, database, copy, files, keys, key_in(settings.backup_key_file), on_part)
        os.replace(unfinished, target)
    return manifest


@contextmanager
def _opened(path: Path, recipients: Sequence[str]) -> Iterator[IO[bytes]]:
    with path.open("xb") as file:
        path.chmod(0o600)
        if recipients:
            with encrypting(file, recipients) as stream:
                yield stream
        else:
            yield file
        # Durable before it gets its name.
        file.flush()
        os.fsync(file.fileno())


def _copy_database(database: Database, copy: Path, on_part: OnPart) -> None:
    """The database as one SQLite file."""
    if not database.is_sqlite:
        target = Database(f"sqlite:///{copy}")
        try:
            report = transfer.transfer(database, target, on_table=on_part)
        finally:
            target.dispose()
        if report.different:
            raise BackupRefusedError(
                f"these tables were not copied faithfully: {', '.join(report.different)} "
                f"(以下表复制后不一致：{', '.join(report.different)})"
            )
    else:
        # One step: it sees one moment and does not keep writers waiting.
        with closing(database.engine.raw_connection()) as pooled, closing(sqlite3.connect(copy)) as whole:
            source: Any = pooled.driver_connection
            source.backup(whole)
    with closing(sqlite3.connect(copy)) as connection:
        # All in one file.
        connection.execute("PRAGMA journal_mode=DELETE")


def _write(
    archive: ArchiveWriter,
    database: Database,
    copy: Path,
    files: Store | None,
    keys: dict[str, Path],
    signing_key: Ed25519PrivateKey,
    on_part: OnPart,
) -> Manifest:
    with copy.open("rb") as source:
        archive.add(DATABASE, source, copy.stat().st_size)
    copied = Database(f"sqlite:///{copy}")
    try:
        missing = [] if files is None else _add_files(archive, copied, database, files, on_part)
        # Last: a key that was added meanwhile may have encrypted some of the files.
        for name, path in keys.items():
            with path.open("rb") as source:
                archive.add(f"{KEYS}{name}", source, path.stat().st_size)
        manifest = Manifest(
            created_at=now(),
            service_version=version("sanku"),
            revision=database_schema.revision(copied),
            source="sqlite" if database.is_sqlite else "postgresql",
            rows=_row_counts(copied),
            members=archive.members,
            missing=missing,
        )
    finally:
        copied.dispose()
    archive.end(manifest, signing_key)
    return manifest


def _keys(settings: Settings) -> dict[str, Path]:
    """The files that a restored store needs besides the database, by name; those that exist."""
    ring = settings.encryption_keys_path
    named = {
        "secret_key": settings.secret_file,
        **({} if ring is None else {"encryption_keys": ring}),
        "audit_key": settings.audit_key_file,
        "audit-anchors.jsonl": settings.audit_anchors_path,
    }
    return {name: path for name, path in named.items() if path.exists()}


def _add_files(
    archive: ArchiveWriter, copied: Database, live: Database, files: Store, on_part: OnPart
) -> list[str]:
    """Add the bytes of all files that the copy names; the keys of those that are missing."""
    with copied.reading() as session:
        named = list(named_files(session))
    missing = []
    for done, file in enumerate(named):
        if not _add_file(archive, files, file) and _still_named(live, file):
            missing.append(file.key)
        on_part("files", done + 1, len(named))
    return missing


def _add_file(archive: ArchiveWriter, files: Store, file: NamedFile) -> bool:
    try:
        pieces = files.read(file.key)
    except Unavailable:
        return False
    with tempfile.SpooledTemporaryFile(max_size=8 << 20) as whole:
        for piece in pieces:
            whole.write(piece)
        size = whole.tell()
        whole.seek(0)
        archive.add(f"{FILES}{file.key}", whole, size)
    return True


def _still_named(live: Database, file: NamedFile) -> bool:
    with live.reading() as session:
        return any(one.key == file.key for one in named_files(session))


def _row_counts(copied: Database) -> dict[str, int]:
    with copied.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in database_schema.metadata().sorted_tables
        }
