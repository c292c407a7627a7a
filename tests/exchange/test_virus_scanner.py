"""Files of imports and drafts pass the scanner before anything reads them."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from app.cli import cli
from app.errors import Invalid
from app.load_limits.turns import TurnLimits, Turns
from app.observability import Metrics
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


@ON_ONE_DATABASE
def test_no_turn_is_held_while_a_file_is_scanned(
    enterprise: UserClient, scanned: Any, client: TestClient
) -> None:
    """Turns are few, and all of matching needs them: a scanner that is slow must not hold them."""
    metrics = Metrics()
    services = client.app.state.services  # type: ignore[attr-defined]  # TestClient types its app as a callable
    limits = TurnLimits(slots=4, waiting=4, per_holder=4, per_organisation=4, seconds=3600)
    services[Turns] = Turns(limits, metrics)
    seen: list[float | None] = []
    batch = ok(enterprise.upload("/v1/imports", CSV, name="a.csv"), 201)
    assert _working(metrics) == 0, "its turn is over, and is counted here"
    with scanner(lambda: seen.append(_working(metrics))) as address:
        scanned(address)
        for path in ("/v1/imports", f"/v1/imports/{batch['id']}/marked-file", "/v1/drafts/file"):
            assert enterprise.upload(path, CSV, name="a.csv").is_success, path
    assert seen == [0, 0, 0]


def _working(metrics: Metrics) -> float | None:
    """How many requests hold a turn."""
    return metrics.registry.get_sample_value("sanku_turns", {"state": "working"})


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
