"""Days are written as people write them, in both languages."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from typing import Any, get_type_hints

import pytest

from app.clock import english_day
from app.database import Database
from app.notifications.notices.table import ROWS_OF_EVENT
from tests.support.callers import LogIn
from tests.support.days import day
from tests.support.http import ok
from tests.support.scenario import Scenario


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a notice says does not depend on the database."""
    return sqlite_url


def test_a_task_says_its_day_in_words(app: Any, log_in: LogIn, drain: Callable[[], int]) -> None:
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    case = scenario.agreed_engagement()
    sides = {one["role"]: one["id"] for one in case.seen()["participants"]}
    task = {"title": "提交方案", "due_on": day(3), "assignee_id": sides["scientist"]}
    ok(scenario.lead.post(f"{case.path}/tasks", json=task), 201)
    drain()
    (newest,) = ok(scenario.institution.get("/v1/notices?limit=1"))["items"]
    assert f"it is due on {english_day(date.fromisoformat(day(3)))}." in newest["en"]


def test_no_text_has_a_bare_day() -> None:
    bare = {
        f"{row.type}: {each.name}"
        for event, rows in ROWS_OF_EVENT.items()
        for each in fields(event)
        if get_type_hints(event)[each.name] in (date, date | None)
        for row in rows
        if f"{{{each.name}}}" in row.zh + row.en + row.remark_zh + row.remark_en
    }
    assert not bare
