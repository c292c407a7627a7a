"""The ring of keys: its text, its sources, and what happens to values that were moved or whose key is missing."""

import sys
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.encryption.keys import current_ring, decrypt, encrypt, read_ring, use_keys
from app.encryption.ring import DecryptionError, KeysUnusableError, keys_in, new_entry, next_id, taken_apart
from app.settings import Settings
from tests.support.services import demo_settings

ONE, TWO = (new_entry(name) for name in ("k1", "k2"))


def test_a_value_belongs_to_its_place_and_key() -> None:
    one, two = keys_in(f"# the first\n{ONE}\n\n{TWO}\n", "keys")
    stored = one.encrypt(b"13905319876", "record.contact_phone|a")
    parts = taken_apart(stored)
    assert parts is not None
    assert parts.key_id == "k1"
    assert one.decrypt(parts.sealed, "record.contact_phone|a") == b"13905319876"
    assert stored != one.encrypt(b"13905319876", "record.contact_phone|a")
    for key, place in (
        (one, "record.contact_phone|b"),
        (one, "record.contact_name|a"),
        (two, "record.contact_phone|a"),
    ):
        with pytest.raises(DecryptionError, match="moved from elsewhere"):
            key.decrypt(parts.sealed, place)
    with pytest.raises(DecryptionError):
        one.decrypt(parts.sealed[:-1], "record.contact_phone|a")
    with pytest.raises(DecryptionError, match="k1"):
        taken_apart(stored[:-3] + "*")
    assert taken_apart("13905319876") is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"{ONE},k2:c2hvcnQ=", "k2"),
        (f"{ONE}\nnonsense", "#2"),
        ("K1:" + ONE.partition(":")[2], "K1"),
        (f"{ONE}\n{ONE}", "k1"),
        ("signing-12345678:" + ONE.partition(":")[2], "signing-12345678"),
    ],
    ids=["short", "no entry", "capital letter", "twice", "a derived key's name"],
)
def test_a_damaged_entry_is_named_and_never_shown(text: str, named: str) -> None:
    with pytest.raises(KeysUnusableError, match=named) as refused:
        keys_in(text, "keys")
    assert ONE.partition(":")[2] not in str(refused.value)


def test_ids_are_never_given_twice() -> None:
    assert (next_id(()), next_id(["k1", "k9", "signing-00000000"])) == ("k1", "k10")


def test_keys_come_from_one_source(tmp_path: Path) -> None:
    derived = read_ring(demo_settings(home=tmp_path)).newest.id
    assert derived.startswith("signing-")
    other = Settings(_env_file=None, home=tmp_path, secret_key=SecretStr("s" * 40))
    assert read_ring(other).newest.id != derived
    file = tmp_path / "ring"
    file.write_text(f"{ONE}\n{TWO}\n")
    command = f"{sys.executable} -c \"print(open('{file}').read())\""
    for setting in (
        {"encryption_keys": SecretStr(f"{ONE}, {TWO}")},
        {"encryption_keys_file": file},
        {"encryption_keys_command": command},
    ):
        ring = read_ring(demo_settings(home=tmp_path, **setting))
        assert (list(ring.keys), ring.newest.id) == ([derived, "k1", "k2"], "k2")
    for setting in (
        {"encryption_keys_file": tmp_path / "missing"},
        {"encryption_keys_command": f"{sys.executable} -c 1/0"},
        {"encryption_keys_command": "'"},
    ):
        with pytest.raises(KeysUnusableError):
            read_ring(demo_settings(home=tmp_path, **setting))
    with pytest.raises(KeysUnusableError, match="sanku init"):
        read_ring(Settings(_env_file=None, home=tmp_path))
    with pytest.raises(ValidationError, match="only one"):
        Settings(_env_file=None, encryption_keys=SecretStr(ONE), encryption_keys_file=file)


def test_a_process_follows_its_file_of_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.encryption.keys._seen", {})  # this process has used keys of the same names
    file = tmp_path / "ring"
    file.write_text(f"{ONE}\n")
    try:
        use_keys(demo_settings(home=tmp_path, encryption_keys_file=file))
        before = encrypt(b"13905319876", bound_to="here")
        # Another process adds a key, writes with it, and takes the old one away.
        (new,) = keys_in(TWO, "keys")
        written = new.encrypt(b"13905310000", "here")
        with pytest.raises(DecryptionError, match="key k2 is missing"):
            decrypt(written, bound_to="here")
        (tmp_path / "next").write_text(f"{TWO}\n")
        (tmp_path / "next").replace(file)
        assert decrypt(written, bound_to="here") == b"13905310000"
        assert current_ring().newest.id == "k2"
        assert decrypt(before, bound_to="here") == b"13905319876"
    finally:
        use_keys(demo_settings())
