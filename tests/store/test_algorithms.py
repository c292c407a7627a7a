"""Keys for SM4 and for AES side by side: the standard's example, rotation between them, and machines without SM4."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from pydantic import SecretStr, ValidationError

from app.cli import main
from app.database import Database
from app.encryption import algorithms, keys
from app.encryption.algorithms import SM4GCM, KeyAlgorithm
from app.encryption.keys import read_ring
from app.encryption.ring import DecryptionError, KeysUnusableError, keys_in, new_entry, taken_apart
from app.engagements.files.encrypted_storage import EncryptedStore
from app.engagements.files.storage import DiskStore
from app.settings import Settings
from app.store.reencryption import values_by_key
from tests.store.used_store import PDF, use
from tests.support.callers import LogIn
from tests.support.http import ok
from tests.support.services import demo_settings

AES = f"k1:{'A' * 43}="
SM4 = f"k2:sm4-gcm:{'A' * 43}="


@pytest.fixture(autouse=True)
def keys_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests have other keys of the same names in this process."""
    monkeypatch.setattr(keys, "_seen", {})
    monkeypatch.setattr(keys, "_process", None)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.home_path.mkdir(parents=True)
    (settings.home_path / "encryption_keys").write_text(f"{AES}\n")
    return settings


@pytest.fixture
def run(
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., str]:
    """Runs `sanku keys …` with settings, and answers what it says, or why it ended."""

    def run(*arguments: str, **changed: Any) -> str:
        of_run = settings.model_copy(update={"database_url": settings.url, **changed})
        monkeypatch.setattr("app.cli.store.keys.load_settings", lambda: of_run)
        monkeypatch.setattr("sys.argv", ["sanku", "keys", *arguments])
        with pytest.raises(SystemExit):
            main()
        told = capsys.readouterr()
        return told.out + told.err

    return run


def without_sm4(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where OpenSSL was built with no-sm4."""

    def refuse(*_: Any) -> None:
        raise UnsupportedAlgorithm("cipher SM4 in GCM mode is not supported")

    monkeypatch.setattr(algorithms, "Cipher", refuse)


def test_sm4_in_gcm_is_that_of_the_standard() -> None:
    # RFC 8998, appendix A.1
    nonce = bytes.fromhex("00001234567800000000ABCD")
    plain = bytes.fromhex("".join(one * 16 for one in "ABCDEFEA"))
    belonging = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    sealed = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    cipher = SM4GCM(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    assert cipher.encrypt(nonce, plain, belonging) == sealed
    assert cipher.decrypt(nonce, sealed, belonging) == plain
    for altered in (bytes([sealed[0] ^ 1]) + sealed[1:], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(InvalidTag):
            cipher.decrypt(nonce, altered, belonging)


def test_a_key_says_what_it_is_for() -> None:
    one, two, named = keys_in(f"{AES}\n{SM4}\nk3:aes-256-gcm:{'A' * 43}=", "keys")
    assert [key.algorithm for key in (one, two, named)] == [
        KeyAlgorithm.AES,
        KeyAlgorithm.SM4,
        KeyAlgorithm.AES,
    ]
    assert keys_in(new_entry("k4", KeyAlgorithm.SM4), "keys")[0].algorithm is KeyAlgorithm.SM4
    stored = two.encrypt(b"13905319876", "here")
    parts = taken_apart(stored)
    assert parts is not None
    assert two.decrypt(parts.sealed, "here") == b"13905319876"
    # The same bytes under another algorithm are another key, for digests, too.
    for altered in (parts.sealed[:20], parts.sealed[:-1] + bytes([parts.sealed[-1] ^ 1])):
        with pytest.raises(DecryptionError, match="k2"):
            two.decrypt(altered, "here")
    with pytest.raises(DecryptionError):
        one.decrypt(parts.sealed, "here")
    with pytest.raises(DecryptionError, match="moved from elsewhere"):
        two.decrypt(parts.sealed, "there")
    assert one.digest("person", "a").partition(":")[2] != two.digest("person", "a").partition(":")[2]


def test_an_unknown_algorithm_is_named_and_the_key_never_shown() -> None:
    with pytest.raises(KeysUnusableError, match=r"key k2 is damaged.*sm4-gcm") as refused:
        keys_in(SM4.replace("sm4-gcm", "sm4-cbc"), "keys")
    assert "A" * 43 not in str(refused.value)
    with pytest.raises(ValidationError, match="sm4-gcm"):
        Settings(_env_file=None, encryption_algorithm="sm4")


def test_where_openssl_lacks_sm4_its_keys_are_refused_and_others_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_sm4(monkeypatch)
    with pytest.raises(KeysUnusableError, match=r"key k2 is for sm4-gcm, which OpenSSL .* does not have"):
        read_ring(demo_settings(home=tmp_path, encryption_keys=SecretStr(f"{AES},{SM4}")))
    with pytest.raises(KeysUnusableError, match="不支持"):
        new_entry("k2", KeyAlgorithm.SM4)
    assert read_ring(demo_settings(home=tmp_path, encryption_keys=SecretStr(AES))).newest.id == "k1"


def test_rotation_moves_values_and_files_to_the_other_algorithm_and_back(
    app: Any, log_in: LogIn, database: Database, settings: Settings, run: Callable[..., str]
) -> None:
    reader = use(app, log_in)
    (engagement,) = ok(reader.get("/v1/engagements"))["items"]
    files = f"/v1/engagements/{engagement['id']}/files"
    (file,) = ok(reader.get(files))["items"]
    stored = EncryptedStore(DiskStore(settings.files_path))
    ring = settings.home_path / "encryption_keys"

    assert "`sanku keys rotate`" in run("list", encryption_algorithm="sm4-gcm")
    for number, algorithm in ((2, "sm4-gcm"), (3, "aes-256-gcm")):
        told = run("rotate", encryption_algorithm=algorithm)
        assert f"key k{number} added" in told and "files: 1" in told
        with database.reading() as session:
            assert values_by_key(session).keys() == {f"k{number}"}
        (key,) = settings.files_path.glob("*/*")
        assert stored.key_id_of(f"{key.parent.name}/{key.name}") == f"k{number}"
        assert reader.get(f"{files}/{file['id']}/content").content == PDF
        told = run("list", encryption_algorithm=algorithm)
        assert f", {algorithm}, newest" in told and "`sanku keys rotate`" not in told
    first, second, third = ring.read_text().splitlines()
    assert (first, second.count(":"), third.count(":")) == (AES, 2, 1)


def test_a_key_for_what_openssl_lacks_is_not_made(
    settings: Settings, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_sm4(monkeypatch)
    assert "does not have" in run("rotate", encryption_algorithm="sm4-gcm")
    assert (settings.home_path / "encryption_keys").read_text() == f"{AES}\n"
    assert "k2 added" in run("rotate")
