"""`sanku tiers`: the same figures on the command line, and stored tiers for a database that had contracts before."""

import json
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.cli import main
from tests.talent.conftest import World


@pytest.fixture
def sanku(
    database_url: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    monkeypatch.setenv("SANKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SANKU_DATABASE_URL", database_url)
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


def test_tiers_on_the_command_line(world: World, sanku: Callable[..., str]) -> None:
    d, e = world.manager("周明"), world.manager("吴越")
    world.contracts(d.id, 10, deal="50.00", landed_on=date(2026, 5, 1))
    world.certificate(e.id, "advanced")
    found = {row["number"]: row for row in json.loads(sanku("tiers", "--year", "2026", "--json"))}
    assert (found[d.number]["tier"], found[d.number]["amount_year_wan"]) == ("D", "500")
    assert (found[e.number]["rule"], found[e.number]["certificate"]) == ("E-1", "advanced")
    assert world.operator.get("/v1/tiers").json()["items"] == []
    printed = sanku("tiers", "--refresh")
    assert f"{d.number}  D  D" in printed
    stored = {row["manager_id"]: row["tier"] for row in world.operator.get("/v1/tiers").json()["items"]}
    assert stored == {str(d.id): "D", str(e.id): "E"}
