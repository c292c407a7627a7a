"""How the server listens: whose forwarded addresses it believes, and with which signing key."""

import stat
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.cli.serve import keep_files_private
from app.settings import Settings
from app.transport.server import refuse_public_demo, server_for


def _settings(home: Path, **changes: object) -> Settings:
    return Settings(_env_file=None, home=home, **changes)  # type: ignore[arg-type]


def test_forwarded_addresses_count_only_from_proxies_that_are_named(tmp_path: Path) -> None:
    alone = server_for(FastAPI(), _settings(tmp_path)).config
    assert not alone.proxy_headers
    behind = server_for(FastAPI(), _settings(tmp_path, trusted_proxies="10.0.0.5, 10.1.0.0/16")).config
    assert behind.proxy_headers
    assert behind.forwarded_allow_ips == ["10.0.0.5", "10.1.0.0/16"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "sanku.example"])
def test_the_public_key_of_the_demonstration_is_used_on_this_machine_alone(tmp_path: Path, host: str) -> None:
    with pytest.raises(RuntimeError, match="SANKU_SECRET_KEY"):
        refuse_public_demo(_settings(tmp_path, demo=True), host)
    refuse_public_demo(_settings(tmp_path, demo=True, secret_key="k" * 40), host)
    for here in ("127.0.0.1", "::1", "localhost"):
        refuse_public_demo(_settings(tmp_path, demo=True), here)


def test_nobody_else_on_the_machine_reads_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    (home / "sanku.db").touch(mode=0o644)
    masks: list[int] = []
    monkeypatch.setattr("os.umask", masks.append)
    keep_files_private(_settings(home))
    assert [stat.S_IMODE(path.stat().st_mode) for path in (home, home / "sanku.db")] == [0o700, 0o600]
    assert masks == [0o077]
