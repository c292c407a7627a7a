"""A backup of a running service is restored elsewhere, and is the same store."""

import gzip
import hashlib
import io
import json
import resource
import sqlite3
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyrage
import pytest
from sqlalchemy import select, text

from app.cli import main
from app.database import Database
from app.encryption.signature_keys import key_in, public_key
from app.engagements.files.encrypted_storage import EncryptedStore
from app.engagements.files.storage import DiskStore, Store
from app.engagements.models import File
from app.libraries.demands.models import Demand
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.spaces.opened_models import OpenedModels
from app.settings import Settings
from app.store.backup.creation import back_up
from app.store.backup.refusal import BackupRefusedError
from app.store.backup.restoration import restore
from app.store.backup.signature import ANYBODY, Signers, signature_of
from app.store.consistency.verification import StoreParts, check_store
from app.store.transfer import compare
from tests.store.used_store import PDF, use
from tests.support.callers import LogIn
from tests.support.embedders import BigramEmbedder
from tests.support.services import demo_settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a signing key of its own, as every installation outside a demonstration."""
    settings.home_path.mkdir(parents=True)
    settings.secret_file.write_text("k" * 48)
    return settings


@pytest.fixture
def used(app: Any, log_in: LogIn) -> Settings:
    """The settings of a used store, whose service runs on."""
    use(app, log_in)
    settings: Settings = app.state.services[Settings]
    return settings


@pytest.fixture
def elsewhere(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Settings]:
    """The settings of an empty installation on another kind of database, or the same."""

    def settings(kind: str, name: str = "elsewhere") -> Settings:
        url = f"sqlite:///{tmp_path / name / 'sanku.db'}"
        if kind == "postgresql":
            url = request.getfixturevalue("postgres_url")
            _empty(url)
        return demo_settings(home=tmp_path / name, database_url=url)

    return settings


def _empty(url: str) -> None:
    database = Database(url)
    with database.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    database.dispose()


def _files(settings: Settings) -> Store:
    return DiskStore(settings.files_path)


def _back_up(settings: Settings, archive: Path, **options: Any) -> Any:
    database = Database(settings.url)
    try:
        return back_up(database, settings, _files(settings), archive, **options)
    finally:
        database.dispose()


def test_the_drill_a_running_service_is_restored_elsewhere_and_is_the_same(
    used: Settings, elsewhere: Callable[..., Settings], tmp_path: Path, database_url: str
) -> None:
    """Encrypted on the way; from SQLite to SQLite, and from PostgreSQL to SQLite."""
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "identity").write_text(f"# of the bureau\n{identity}\n")
    archive, target = tmp_path / "store.backup", elsewhere("sqlite")
    manifest = _back_up(used, archive, recipients=[str(identity.to_public())], with_keys=True)
    assert manifest.missing == [] and manifest.rows["engagements"] == 1
    assert archive.read_bytes().startswith(b"age-encryption.org/") and PDF not in archive.read_bytes()
    with pytest.raises(BackupRefusedError, match="--identity"):
        restore(archive, target, _files(target), signers=Signers.of(used, ()))
    (tmp_path / "another").write_text(f"{pyrage.x25519.Identity.generate()}\n")
    with pytest.raises(BackupRefusedError, match="decryption failed"):
        restore(archive, target, _files(target), signers=Signers.of(used, ()), identity=tmp_path / "another")
    broken = tmp_path / "broken.backup"
    broken.write_bytes(archive.read_bytes()[:-400])
    with pytest.raises(BackupRefusedError, match=r"decryption failed|no whole backup"):
        restore(broken, target, _files(target), signers=Signers.of(used, ()), identity=tmp_path / "identity")
    assert not target.secret_file.exists()

    assert (
        restore(archive, target, _files(target), signers=Signers.of(used, ()), identity=tmp_path / "identity")
        == manifest
    )
    assert target.secret_file.read_text() == "k" * 48
    restored, source = Database(target.url), Database(database_url)
    assert compare(source, restored).different == ()
    parts = StoreParts(
        restored,
        target,
        MatchingIndexer(restored, BigramEmbedder()),
        OpenedModels(target, BigramEmbedder()),
        EncryptedStore(_files(target)),
    )
    assert [one for result in check_store(parts) for one in result.differences] == []
    with restored.reading() as session:
        key = session.scalars(select(File.storage_key)).one()
    assert b"".join(EncryptedStore(_files(target)).read(key)) == PDF
    for database in (restored, source):
        database.dispose()
    with pytest.raises(BackupRefusedError, match="exists"):
        restore(archive, target, _files(target), signers=Signers.of(used, ()), identity=tmp_path / "identity")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_backup_of_sqlite_is_restored_on_postgresql(
    used: Settings, elsewhere: Callable[..., Settings], tmp_path: Path, database_url: str
) -> None:
    archive, target = tmp_path / "store.backup", elsewhere("postgresql")
    _back_up(used, archive)
    restore(archive, target, _files(target), signers=Signers.of(used, ()))
    assert not target.secret_file.exists()  # keys are in encrypted archives only, unless asked for
    restored, source = Database(target.url), Database(database_url)
    assert compare(source, restored).different == ()
    with pytest.raises(BackupRefusedError, match="rows already"):
        restore(archive, target, _files(target), signers=Signers.of(used, ()))
    for database in (restored, source):
        database.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_whole_backup_is_refused_and_leaves_nothing(
    used: Settings, elsewhere: Callable[..., Settings], tmp_path: Path
) -> None:
    archive = tmp_path / "store.backup"
    _back_up(used, archive)
    whole = archive.read_bytes()
    members = _members(whole)
    changed = {**members, "sanku.db": members["sanku.db"][:-1] + b"x"}
    leading_out = {"../../evil": b"x", **members}
    damaged = {
        "truncated": whole[: len(whole) // 2],
        "without its end": _archive(
            {name: content for name, content in members.items() if name != "manifest.json"}
        ),
        "with another database": _archive(changed),
        "leading out of the folder": _archive(leading_out),
        "something else": b"PK\x03\x04 no backup",
        "empty": b"",
    }
    target = elsewhere("sqlite")
    for name, content in damaged.items():
        archive.write_bytes(content)
        with pytest.raises(BackupRefusedError, match="no whole backup"):
            restore(archive, target, _files(target), signers=Signers.of(used, ()))
        assert sorted(path.name for path in target.home_path.iterdir()) == [], name
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_archive_that_grows_is_refused_before_anything_is_written(
    used: Settings, elsewhere: Callable[..., Settings], tmp_path: Path
) -> None:
    """The manifest is the last member: what comes before it must not fill the disk."""
    archive = tmp_path / "store.backup"
    _back_up(used, archive)
    members = _members(archive.read_bytes())
    foreign: Any = {"files/a/b": b"x", **members}
    larger: Any = {**members, "sanku.db": members["sanku.db"] + b"x"}
    manifest = json.loads(members["manifest.json"])
    manifest["members"]["files/a/b"] = {"size": 1 << 50, "sha256": "0" * 64}
    petabyte: Any = {"files/a/b": 1 << 50, **members, "manifest.json": json.dumps(manifest).encode()}
    target = elsewhere("sqlite")
    for name, content, refusal in (
        ("a member that the manifest does not name", _archive(foreign), "files/a/b is not what"),
        ("a member that is larger", _archive(larger), "sanku.db is not what"),
        ("more than the disk has", _archive(petabyte), "more than the disk has free"),
        ("a member twice", _archive_of([*members.items(), *members.items()]), "more after its end"),
        ("a header without end", _with_long_header(members), "header is none of a backup"),
        ("a sparse file", _with_sparse_file(members), "header is none of a backup"),
    ):
        archive.write_bytes(content)
        with _no_file_grows(), pytest.raises(BackupRefusedError) as refused:
            restore(archive, target, _files(target), signers=Signers.of(used, ()))
        assert refusal in str(refused.value), name
    assert list(target.home_path.iterdir()) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_archive_that_somebody_else_has_written_is_refused_before_anything_is_written(
    used: Settings, tmp_path: Path, elsewhere: Callable[..., Settings]
) -> None:
    """Who may write to where backups lie makes an operator of themselves, and writes the manifest to it."""
    archive, target, stranger = tmp_path / "backup.tar.gz", elsewhere("sqlite"), elsewhere("sqlite", "theirs")
    _back_up(used, archive, with_keys=True)
    members = _members(archive.read_bytes())
    assert [name for name in members if "backup_key" in name] == []
    theirs = json.loads(members["manifest.sig"]) | {"key": public_key(key_in(stranger.backup_key_file))}
    changed = tmp_path / "changed.db"
    changed.write_bytes(members["sanku.db"])
    with closing(sqlite3.connect(changed)) as connection, connection:
        connection.execute("UPDATE users SET role = 'operator'")
    forged = _with_database(members, changed.read_bytes())
    signed_by_them = signature_of(forged["manifest.json"], key_in(stranger.backup_key_file))
    unsigned = {name: content for name, content in forged.items() if name != "manifest.sig"}
    signature_twice = [*members.items(), ("manifest.sig", members["manifest.sig"])]
    trusted = Signers.of(used, ())
    for content, refusal in (
        (_archive(forged), "signature of the archive is wrong"),
        (_archive(forged | {"manifest.sig": signed_by_them}), "none of those"),
        (_archive(forged | {"manifest.sig": json.dumps(theirs).encode()}), "none of those"),
        (_archive(forged | {"manifest.sig": b"{}"}), "none of those"),
        (_archive(forged | {"manifest.sig": b"\xff"}), "none of those"),
        (_archive(unsigned), "not signed"),
        (_archive_of(signature_twice), "more after its end"),
        (_archive({"manifest.sig": members["manifest.sig"]} | unsigned), "not signed"),
    ):
        archive.write_bytes(content)
        with _no_file_grows(), pytest.raises(BackupRefusedError, match=refusal):
            restore(archive, target, _files(target), signers=trusted)
    assert list(target.home_path.iterdir()) == []
    archive.write_bytes(_archive(unsigned))
    restore(archive, target, _files(target), signers=ANYBODY)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_trigger_of_somebody_else_is_not_restored(
    used: Settings, tmp_path: Path, elsewhere: Callable[..., Settings]
) -> None:
    """Where an operator takes an archive without a signature."""
    archive = tmp_path / "backup.tar.gz"
    _back_up(used, archive)
    members = _members(archive.read_bytes())
    changed = tmp_path / "changed.db"
    changed.write_bytes(members["sanku.db"])
    with closing(sqlite3.connect(changed)) as connection, connection:
        connection.execute("DROP TRIGGER audit_entries_no_update")
        connection.execute(
            "CREATE TRIGGER audit_entries_no_update AFTER UPDATE ON audit_entries BEGIN SELECT 1; END"
        )
    restored = elsewhere("sqlite")
    archive.write_bytes(_archive(_with_database(members, changed.read_bytes())))
    restore(archive, restored, _files(restored), signers=ANYBODY)
    with closing(sqlite3.connect(restored.home_path / "sanku.db")) as connection:
        (present,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'audit_entries_no_update'"
        ).fetchone()
    assert "RAISE" in present
    with closing(sqlite3.connect(changed)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER own AFTER UPDATE ON users BEGIN UPDATE users SET role = 'operator'; END"
        )
    archive.write_bytes(_archive(_with_database(members, changed.read_bytes())))
    again = elsewhere("sqlite", "again")
    with pytest.raises(BackupRefusedError, match="own"):
        restore(archive, again, _files(again), signers=ANYBODY)
    assert not (again.home_path / "sanku.db").exists()


def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(
    used: Settings, elsewhere: Callable[..., Settings], tmp_path: Path
) -> None:
    """A file whose bytes are gone is named; an uncommitted change is not in the backup."""
    database, archive, target = Database(used.url), tmp_path / "store.backup", elsewhere("sqlite")
    with database.unit_of_work() as session:
        session.scalars(select(Demand)).one().benchmark = "尚未提交"
        session.flush()
        key = session.scalars(select(File.storage_key)).one()
        (used.files_path / key).unlink()
        assert _back_up(used, archive).missing == [key]
        session.rollback()
    database.dispose()
    restore(archive, target, _files(target), signers=Signers.of(used, ()))
    restored = Database(target.url)
    with restored.reading() as session:
        assert not session.scalars(select(Demand)).one().benchmark
    restored.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_commands(
    used: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    archive = tmp_path / "store.backup"

    def run(home: Path, *arguments: str, url: str = "") -> tuple[Any, str, str]:
        monkeypatch.setenv("SANKU_HOME", str(home))
        monkeypatch.setenv("SANKU_DATABASE_URL", url or f"sqlite:///{home / 'sanku.db'}")
        monkeypatch.setattr("app.bootstrap.services.open_embedder", lambda _: BigramEmbedder())
        monkeypatch.setattr("sys.argv", ["sanku", *arguments])
        status: Any = 0
        try:
            main()
        except SystemExit as ended:
            status = ended.code or 0
        seen = capsys.readouterr()
        return status, seen.out, seen.err

    status, out, _ = run(used.home_path, "backup", "--with-keys", str(archive), url=used.url)
    assert (status, "已备份" in out, "1 files" in out) == (0, True, True)
    assert used.backup_key_file.stat().st_mode & 0o777 == 0o600
    status, _, err = run(used.home_path, "backup", str(archive), url=used.url)
    assert (status, "已存在" in err) == (2, True)
    other = tmp_path / "other"
    status, _, err = run(other, "restore", str(archive))
    assert (status, "--signer" in err, "--unsigned" in err) == (2, True, True)
    assert run(other, "restore", "--signer", "no key", str(archive))[0] == 2
    signer = out.split()[-1]
    assert run(other, "restore", "--signer", "A" * 43 + "=", str(archive))[0] == 2
    assert run(other, "restore", "--signer", signer, str(archive))[0] == 0
    status, out, _ = run(other, "check", "--json")
    assert (status, '"clean": true' in out) == (0, True)
    status, _, err = run(other, "restore", "--signer", signer, str(archive))
    assert (status, "已存在" in err) == (2, True)


def _with_database(members: dict[str, bytes], database: bytes) -> dict[str, bytes]:
    """The members with another database, which the manifest names as if it were the one that was backed up."""
    manifest = json.loads(members["manifest.json"])
    manifest["members"]["sanku.db"] = {
        "size": len(database),
        "sha256": hashlib.sha256(database).hexdigest(),
    }
    return members | {"sanku.db": database, "manifest.json": json.dumps(manifest).encode()}


def _members(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        return {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]


@contextmanager
def _no_file_grows() -> Iterator[None]:
    """Writing to a file fails, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _archive(members: Mapping[str, bytes | int]) -> bytes:
    """A number stands for a member of that size, whose content is missing."""
    return _archive_of(list(members.items()))


def _archive_of(members: Sequence[tuple[str, bytes | int]], *, header: bytes = b"") -> bytes:
    plain = io.BytesIO(header)
    plain.seek(0, io.SEEK_END)
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for name, content in members:
            one = tarfile.TarInfo(name)
            if isinstance(content, int):
                one.size = content
                plain.write(one.tobuf())
                continue
            one.size = len(content)
            tar.addfile(one, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), 1)


def _with_long_header(members: dict[str, bytes]) -> bytes:
    """The first member has a further header of a megabyte, which is read into memory as a whole."""
    long = tarfile.TarInfo("././@PaxHeader")
    long.type, long.size = tarfile.XHDTYPE, 1 << 20
    return _archive_of(list(members.items()), header=long.tobuf() + bytes(1 << 20))


def _with_sparse_file(members: dict[str, bytes]) -> bytes:
    """The first member is a file with holes, which are filled where it is written."""
    sparse = tarfile.TarInfo("files/a/b")
    sparse.type = tarfile.GNUTYPE_SPARSE
    return _archive_of(list(members.items()), header=sparse.tobuf(tarfile.GNU_FORMAT))
