"""Rows for statistics, put in the tables as they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.database import Database
from tests.support.callers import LogIn
from tests.support.embedders import BigramEmbedder
from tests.support.http import ok
from tests.support.scenario import Scenario

YEAR = {"from": "2026-01-01", "to": "2026-12-31"}


@pytest.fixture(scope="session")
def embedder() -> BigramEmbedder:
    """Pairs are given: what a text means does not matter here."""
    return BigramEmbedder()


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    return tmp_path / "no model"


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    """No event is handled: the rows are counted as they are. The operator is there before anything is counted."""
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    assert scenario.operator
    return scenario


def figure(caller: Any, name: str, **parameters: Any) -> dict[str, Any]:
    answer: dict[str, Any] = ok(caller.get(f"/v1/statistics/{name}", params=YEAR | parameters))
    return answer


def all_rows(caller: Any, link: str, limit: int = 2) -> list[dict[str, Any]]:
    """Over all pages."""
    rows: list[dict[str, Any]] = []
    cursor = None
    while True:
        paging = f"&limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        page = ok(caller.get(link + paging))
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


@contextmanager
def counted(scenario: Scenario) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = scenario.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def day(text: str) -> date:
    return date.fromisoformat(text)
