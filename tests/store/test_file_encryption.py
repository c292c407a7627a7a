"""Uploaded files as they lie in their store: unreadable, bound to their place, whole, and under keys that change."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from app.cli import main
from app.database import Database
from app.encryption import keys
from app.encryption.keys import current_ring, use_keys
from app.encryption.streams import MAGIC, SEGMENT
from app.engagements.files.encrypted_storage import EncryptedStore, FileDamaged
from app.engagements.files.storage import CHUNK, DiskStore
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.spaces.opened_models import OpenedModels
from app.settings import Settings
from app.store.consistency.verification import StoreParts, check_store
from tests.store.used_store import PDF, use
from tests.support.callers import Caller, LogIn
from tests.support.http import ok, refused

KEYS = {name: f"{name}:{letter * 43}=\n" for name, letter in (("k1", "A"), ("k2", "B"))}


@pytest.fixture(autouse=True)
def keys_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests have other keys of the same names in this process."""
    monkeypatch.setattr(keys, "_seen", {})
    monkeypatch.setattr(keys, "_process", None)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.home_path.mkdir(parents=True)
    (settings.home_path / "encryption_keys").write_text(KEYS["k1"])
    return settings


@pytest.fixture
def reader(app: Any, log_in: LogIn) -> Caller:
    """A manager with an engagement that has one file."""
    return use(app, log_in)


@pytest.fixture
def lying(reader: Caller, settings: Settings) -> Path:
    """The file as it lies on the disk."""
    (path,) = settings.files_path.glob("*/*")
    return path


@pytest.fixture
def download(reader: Caller) -> Callable[[], Any]:
    (engagement,) = ok(reader.get("/v1/engagements"))["items"]
    path = f"/v1/engagements/{engagement['id']}/files"
    (file,) = ok(reader.get(path))["items"]
    return lambda: reader.get(f"{path}/{file['id']}/content")


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Callable[..., tuple[int, str]]:
    monkeypatch.setenv("SANKU_HOME", str(settings.home_path))
    monkeypatch.setenv("SANKU_DATABASE_URL", settings.url)
    monkeypatch.setenv("SANKU_DEMO", "true")

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["sanku", "keys", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out + told.err

    return run


def faults(app: Any) -> list[str]:
    services = app.state.services
    parts = StoreParts(
        services[Database],
        services[Settings],
        services[MatchingIndexer],
        services[OpenedModels],
        services[EncryptedStore],
    )
    results = {result.name: result for result in check_store(parts)}
    return [difference.en for difference in results["files"].differences]


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_SQLITE
def test_a_file_lies_encrypted_and_is_downloaded_as_it_was(
    lying: Path, download: Callable[[], Any], app: Any
) -> None:
    assert lying.read_bytes().startswith(MAGIC)
    assert b"PDF" not in lying.read_bytes() and b"Catalog" not in lying.read_bytes()
    answer = download()
    assert (answer.status_code, answer.content) == (200, PDF)
    assert faults(app) == []


@ON_SQLITE
@pytest.mark.parametrize(
    "change",
    [
        lambda whole: whole[:-1],
        lambda whole: whole[:-17],
        lambda whole: whole[: len(MAGIC) + 10],
        lambda whole: whole + b"x",
        lambda whole: whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:],
        lambda whole: whole.replace(b"\x02k1", b"\x02k9"),
        lambda _: MAGIC,
    ],
    ids=["a byte less", "a tag less", "half a head", "a byte more", "a bit", "another key", "only the name"],
)
def test_a_file_that_was_altered_is_refused_and_found(
    lying: Path, download: Callable[[], Any], app: Any, change: Callable[[bytes], bytes]
) -> None:
    lying.write_bytes(change(lying.read_bytes()))
    refused(download(), 503, "file_damaged")
    (fault,) = faults(app)
    assert "cannot be decrypted" in fault


@ON_SQLITE
def test_a_file_in_the_place_of_another_is_refused(settings: Settings, lying: Path) -> None:
    store = EncryptedStore(DiskStore(settings.files_path))
    store.put("a/b", io.BytesIO(b"other"), 5)
    (settings.files_path / "a" / "b").write_bytes(lying.read_bytes())
    with pytest.raises(FileDamaged):
        store.read("a/b")


class TestLargeFiles:
    """Of many segments, read from the disk."""

    @pytest.fixture
    def store(self, tmp_path: Path, settings: Settings) -> EncryptedStore:
        use_keys(settings)
        return EncryptedStore(DiskStore(tmp_path / "large"))

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    @pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 5 * SEGMENT, 5 * SEGMENT + 7])
    def test_every_length_comes_back(self, store: EncryptedStore, tmp_path: Path, size: int) -> None:
        body = os.urandom(size)
        store.put("a/b", io.BytesIO(body), size)
        assert b"".join(store.read("a/b")) == body
        with pytest.raises(OSError, match="instead of"):
            store.put("a/c", io.BytesIO(body), size + 1)
        assert not (tmp_path / "large" / "a" / "c").exists()

    @ON_SQLITE
    def test_segments_that_are_missing_moved_or_cut_off_are_noticed(
        self, store: EncryptedStore, tmp_path: Path
    ) -> None:
        body, path, sealed = os.urandom(5 * SEGMENT), tmp_path / "large" / "a" / "b", SEGMENT + 16
        store.put("a/b", io.BytesIO(body), len(body))
        whole = path.read_bytes()
        head = len(whole) - 5 * sealed
        parts = [whole[head + number * sealed :][:sealed] for number in range(5)]
        for changed in (
            parts[:4],
            parts[:2] + parts[3:],
            [parts[0], parts[2], parts[1], *parts[3:]],
            parts + parts[4:],
        ):
            path.write_bytes(whole[:head] + b"".join(changed))
            with pytest.raises(FileDamaged):
                b"".join(store.read("a/b"))

    @ON_SQLITE
    def test_no_more_than_a_few_segments_are_in_memory(self, settings: Settings) -> None:
        use_keys(settings)
        given = taken = most = 0
        size = 40 * SEGMENT

        class Source:
            def read(self, wanted: int, /) -> bytes:
                nonlocal given
                piece = bytes(min(wanted, size - given))
                given += len(piece)
                return piece

        class Target:
            def put(self, key: str, file: BinaryIO, size: int) -> None:
                nonlocal taken, most
                while piece := file.read(CHUNK):
                    taken += len(piece)
                    most = max(most, given - taken)

        EncryptedStore(Target()).put_from("a/b", Source(), size)  # type: ignore[arg-type]
        assert given == size < taken
        assert most <= 3 * SEGMENT


@ON_SQLITE
def test_a_file_of_an_earlier_release_is_read_found_and_encrypted(
    lying: Path, download: Callable[[], Any], app: Any, run: Callable[..., tuple[int, str]]
) -> None:
    lying.write_bytes(PDF)
    assert download().content == PDF
    (fault,) = faults(app)
    assert "sanku keys reencrypt" in fault
    assert "unencrypted: 1" in run("list")[1]
    assert run("reencrypt")[0] == 0
    assert lying.read_bytes().startswith(MAGIC)
    assert download().content == PDF
    assert faults(app) == []


@ON_SQLITE
@pytest.mark.parametrize("other", [PDF.replace(b"1.4", b"1.5"), PDF[:-1], PDF + b" ", b""])
def test_a_file_that_somebody_put_there_without_a_key_is_refused(
    lying: Path, download: Callable[[], Any], app: Any, other: bytes
) -> None:
    """Who may write to the store, but has no key, cannot give readers another file."""
    lying.write_bytes(other)
    refused(download(), 503, "file_damaged")
    assert len(faults(app)) == 1


@ON_SQLITE
def test_a_file_that_is_not_the_one_of_its_row_is_left_as_it_is(
    lying: Path, run: Callable[..., tuple[int, str]]
) -> None:
    for other in (PDF[:-1], PDF.replace(b"1.4", b"1.5")):
        lying.write_bytes(other)
        ended, told = run("reencrypt")
        assert ended == 1 and "file " in told
        assert lying.read_bytes() == other


@ON_SQLITE
def test_a_key_is_replaced_and_dropped_once_no_file_needs_it(
    lying: Path, download: Callable[[], Any], settings: Settings, run: Callable[..., tuple[int, str]]
) -> None:
    before = lying.read_bytes()
    assert run("rotate", "--later")[0] == 0
    assert download().content == PDF
    ended, told = run("drop", "k1")
    assert ended and "in use" in told
    ended, told = run("rotate")
    assert ended == 0 and "files: 1" in told
    assert lying.read_bytes() != before and download().content == PDF
    assert run("drop", "k1")[0] == 0
    assert "k1" not in (settings.home_path / "encryption_keys").read_text()
    use_keys(settings)
    assert download().content == PDF
    assert current_ring().newest.id == "k3"


@ON_SQLITE
def test_the_files_of_a_lost_key_are_counted(
    lying: Path, settings: Settings, run: Callable[..., tuple[int, str]]
) -> None:
    keys._seen.clear()
    (settings.home_path / "encryption_keys").write_text(KEYS["k2"])
    ended, told = run("give-up", "k1", "--yes")
    assert ended == 0 and "无法再读取的文件): 1" in told
    assert lying.exists()
