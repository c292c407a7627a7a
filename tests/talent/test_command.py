"""`sanku tiers`: the same figures on the command line, and stored tiers for a database that had contracts before."""

import json
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.cli import main
from tests.support.scenario import Scenario


@pytest.fixture
def sanku(
    database_url: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    monkeypatch.setenv("SANKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SANKU_DATABASE_URL", database_url)
    monkeypatch.setenv("SANKU_DEMO", "true")
    monkeypatch.setenv("SANKU_LOG_LEVEL", "WARNING")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["sanku", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        return capsys.readouterr().out

    return run


def test_tiers_on_the_command_line(scenario: Scenario, sanku: Callable[..., str]) -> None:
    d, e = scenario.recognised_manager("周明"), scenario.recognised_manager("吴越")
    scenario.signed_contracts(d.id, 10, deal="50.00", landed_on=date(2026, 5, 1))
    scenario.verified_certificate(e.id, "advanced")
    found = {row["number"]: row for row in json.loads(sanku("tiers", "--year", "2026", "--json"))}
    assert (found[d.number]["tier"], found[d.number]["amount_year_wan"]) == ("D", "500")
    assert (found[e.number]["rule"], found[e.number]["certificate"]) == ("E-1", "advanced")
    assert scenario.operator_client.get("/v1/tiers").json()["items"] == []
    printed = sanku("tiers", "--refresh")
    assert f"{d.number}  D  D" in printed
    stored = {
        row["manager_id"]: row["tier"] for row in scenario.operator_client.get("/v1/tiers").json()["items"]
    }
    assert stored == {str(d.id): "D", str(e.id): "E"}
