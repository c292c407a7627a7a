"""Restoring a backup into an empty installation, on either kind of database."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import make_url

from app import database_schema
from app.database import Database
from app.encryption.keys import use_keys
from app.engagements.files.storage import Store
from app.settings import Settings
from app.store import transfer
from app.store.backup.archive import extract, read_manifest, too_large
from app.store.backup.encryption import decrypting, is_encrypted
from app.store.backup.manifest import DATABASE, FILES, KEYS, Manifest
from app.store.backup.refusal import BackupRefusedError
from app.store.backup.signature import Signers


def restore(
    archive: Path,
    settings: Settings,
    files: Store,
    *,
    signers: Signers,
    identity: Path | None = None,
    on_table: transfer.OnTable = lambda _table, _done, _total: None,
) -> Manifest:
    """Put the database, files and keys of a backup in place of an empty store, with the present schema.

    The archive is read twice: first what it holds, to see that it is what the manifest says and that there is room for
    it. Then everything is extracted and compared with the manifest before anything is put in place. The database comes
    last: after an interruption there is none, and the command can be repeated.

    Args:
        signers: whose archives are restored.
        identity: file with the age identity of an encrypted archive.

    Raises:
        BackupRefusedError: the archive is damaged, of somebody else, of a newer version, or larger than the room there
            is, or the installation has a store already.
    """
    _check_empty(settings)
    settings.home_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=settings.home_path, prefix=".restore-") as name:
        folder = Path(name)
        with _decrypted(archive, identity) as stream:
            manifest = read_manifest(stream, room=_room(folder), signers=signers)
        _check_room(manifest, folder)
        with _decrypted(archive, identity) as stream:
            extract(stream, folder, manifest)
        _bring_up_to_date(folder / DATABASE, manifest)
        _use_own_triggers(folder / DATABASE, folder / "empty.db")
        _restore_files(folder / FILES, files)
        _restore_keys(folder / KEYS, settings)
        _restore_database(folder / DATABASE, settings, on_table)
    return manifest


def _check_empty(settings: Settings) -> None:
    path = _sqlite_file(settings)
    if path is not None and path.exists():
        raise BackupRefusedError(
            f"{path} exists; restore into another SANKU_HOME, or move this store away first "
            f"({path} 已存在；请恢复到其他 SANKU_HOME，或先将现有数据移走)"
        )
    if path is None:
        target = Database(settings.url)
        used = transfer.used_tables(target)
        target.dispose()
        if used:
            raise BackupRefusedError(
                f"the database has rows already, in {', '.join(used[:3])}; name an empty database "
                "(目标数据库中已有数据，请指定空库)"
            )


def _room(folder: Path) -> int:
    """Bytes that can be written."""
    return shutil.disk_usage(folder).free


def _check_room(manifest: Manifest, folder: Path) -> None:
    """Migrations write a part of the database anew, the largest table at most.

    Raises:
        BackupRefusedError: there is not enough.
    """
    needed = sum(member.size for member in manifest.members.values())
    database = manifest.members.get(DATABASE)
    if needed + (database.size if database else 0) > _room(folder):
        raise too_large()


@contextmanager
def _decrypted(archive: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    with ExitStack() as stack:
        file = stack.enter_context(archive.open("rb"))
        if not is_encrypted(archive):
            yield file
            return
        if identity is None:
            raise BackupRefusedError(
                "the archive is encrypted; name the file of your age identity with --identity "
                "(备份已加密，请用 --identity 指定 age 私钥文件)"
            )
        yield stack.enter_context(decrypting(file, identity))


def _bring_up_to_date(copy: Path, manifest: Manifest) -> None:
    """Migrate the copied database to the schema of this version."""
    if not copy.exists():
        raise BackupRefusedError("the archive has no database (备份中没有数据库)")
    if not database_schema.is_known(manifest.revision):
        raise BackupRefusedError(
            f"the backup is of version {manifest.service_version}, which is newer than this one; install that version "
            f"(备份来自更新的版本 {manifest.service_version}，请安装该版本)"
        )
    database = Database(f"sqlite:///{copy}")
    try:
        database_schema.migrate(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.dispose()


def _use_own_triggers(copy: Path, empty: Path) -> None:
    """Triggers and views work on in a restored database, also where no signature was asked for: they must be
    those of this version.

    Raises:
        BackupRefusedError: the database has others.
    """
    database = Database(f"sqlite:///{empty}")
    try:
        database_schema.migrate(database)
    finally:
        database.dispose()
    own, found = _triggers(empty), _triggers(copy)
    if foreign := ", ".join(sorted(found.keys() - own.keys())[:3]):
        raise BackupRefusedError(
            f"the database in the archive has what is none of this service: {foreign}; somebody has changed it, take "
            f"another backup (备份的数据库中有不属于本系统的内容：{foreign}，备份曾被改动，请换用其他备份)"
        )
    with closing(sqlite3.connect(copy)) as connection, connection:
        for name in own:
            if found.get(name) != own[name]:
                connection.execute(f'DROP TRIGGER IF EXISTS "{name}"')
                connection.execute(own[name])


def _triggers(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"
        return dict(connection.execute(query).fetchall())


def _restore_files(folder: Path, files: Store) -> None:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file():
            with path.open("rb") as content:
                files.put(path.relative_to(folder).as_posix(), content, path.stat().st_size)
            path.unlink()  # so that no more than one file takes its room twice


def _restore_keys(folder: Path, settings: Settings) -> None:
    ring = settings.encryption_keys_path
    targets = {
        "secret_key": settings.secret_file,
        **({} if ring is None else {"encryption_keys": ring}),
        "audit_key": settings.audit_key_file,
        "audit-anchors.jsonl": settings.audit_anchors_path,
    }
    for name, target in targets.items():
        if (folder / name).exists():
            shutil.copyfile(folder / name, target)
            target.chmod(0o600)


def _restore_database(copy: Path, settings: Settings, on_table: transfer.OnTable) -> None:
    path = _sqlite_file(settings)
    if path is not None:
        copy.chmod(0o600)
        with copy.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(copy, path)
        return
    use_keys(settings)
    source, target = Database(f"sqlite:///{copy}"), Database(settings.url)
    try:
        report = transfer.transfer(source, target, on_table=on_table)
    except transfer.TransferRefusedError as refused:
        raise BackupRefusedError(str(refused)) from refused
    finally:
        source.dispose()
        target.dispose()
    if report.different:
        raise BackupRefusedError(
            f"these tables were not restored faithfully: {', '.join(report.different)} "
            f"(以下表恢复后不一致：{', '.join(report.different)})"
        )


def _sqlite_file(settings: Settings) -> Path | None:
    url = make_url(settings.url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
