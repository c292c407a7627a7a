"""Files of imports and drafts pass the scanner before anything reads them."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from app.cli import cli
from app.errors import Invalid
from app.settings import Settings
from tests.engagements.files.clamd import MARK, scanner
from tests.support.http import ON_ONE_DATABASE, ok, refused, wrong_fields
from tests.support.scenario.library_users import UserClient

CSV = "需求名称,需求内容\n密封环涂层,密封环半年磨穿，希望寿命提高一倍。\n".encode()
INFECTED = CSV + MARK


@pytest.fixture
def scanned(client: TestClient, settings: Settings) -> Any:
    """`scanned(address)`: the service scans with the clamd at this address."""
    services = client.app.state.services  # type: ignore[attr-defined]  # TestClient types its app as a callable

    def use(address: str | None) -> None:
        services[Settings] = settings.model_copy(update={"clamd": address})

    return use


@ON_ONE_DATABASE
def test_a_file_with_a_virus_is_neither_read_nor_previewed(enterprise: UserClient, scanned: Any) -> None:
    with scanner() as address:
        scanned(address)
        batch = ok(enterprise.upload("/v1/imports", CSV, name="a.csv"), 201)
        for path in ("/v1/imports", f"/v1/imports/{batch['id']}/marked-file", "/v1/drafts/file"):
            answer = enterprise.upload(path, INFECTED, name="a.csv")
            assert wrong_fields(answer) == ["file"], path
            assert answer.json()["errors"][0]["code"] == "infected"
    assert len(ok(enterprise.get("/v1/imports"))["items"]) == 1


@ON_ONE_DATABASE
def test_a_scanner_that_is_away_refuses_and_none_lets_through(enterprise: UserClient, scanned: Any) -> None:
    scanned("127.0.0.1:9")
    refused(enterprise.upload("/v1/imports", CSV, name="a.csv"), 503, "scanner_unavailable")
    scanned(None)
    ok(enterprise.upload("/v1/imports", INFECTED, name="a.csv"), 201)


def test_the_command_line_scans_where_the_setting_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANKU_HOME", str(tmp_path))
    file = tmp_path / "a.csv"
    file.write_bytes(INFECTED)
    command = ["import", str(file), "--dry-run", "--json"]
    assert "infected" not in CliRunner().invoke(cli, command).output
    with scanner() as address:
        monkeypatch.setenv("SANKU_CLAMD", address)
        done = CliRunner().invoke(cli, command)
        assert isinstance(done.exception, Invalid)
        assert [one.code for one in done.exception.fields] == ["infected"]
        file.write_bytes(CSV)
        assert CliRunner().invoke(cli, command).exit_code == 0
