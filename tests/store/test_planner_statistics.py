"""What the database's planner chooses indexes by."""

from typing import Any

import pytest
from sqlalchemy import text

from app.bootstrap.workers import build_job_runner
from app.database import Database
from tests.support.scenario import Scenario


def index_of_owners_records(database: Database) -> str:
    """The plan of a query for one owner's published records."""
    query = "SELECT title FROM achievements WHERE state = 'published' AND owner_org_id = 'x' ORDER BY id DESC"
    with database.reading() as session:
        return str(session.execute(text(f"EXPLAIN QUERY PLAN {query}")).all()[0][3])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_finds_the_few_records_of_an_owner_by_the_owner(app: Any) -> None:
    """Nearly all records are published, so that an index of states finds next to all of them."""
    database = app.state.services[Database]
    scenario = Scenario(database)
    for _ in range(20):
        scenario.achievement()
    assert "refresh_statistics" in build_job_runner(app.state.services).run_due()
    database.dispose()
    assert "owner_org_id" in index_of_owners_records(database)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_is_asked_to_count_after_a_large_load(database: Database) -> None:
    """By itself it counts, but later."""
    Scenario(database).achievement()
    database.refresh_statistics()
    with database.reading() as session:
        query = text("SELECT reltuples FROM pg_class WHERE relname = 'achievements'")
        assert session.scalar(query) == 1
