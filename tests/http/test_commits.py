"""A failed commit is an error for the client and leaves nothing behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.accounts.links.models import AccountLink
from app.accounts.models import Role
from app.database import Database
from app.events.outbox import Event
from app.libraries.demands.models import Demand
from app.settings import Settings
from tests.http.registration import REGISTRATION, count_of
from tests.support.builders.accounts import bearer, make_user
from tests.support.failing_commits import fail_commits_that_insert_into, stop_failing_commits
from tests.support.http import PROBLEM

DEMAND: dict[str, Any] = {
    "title": "高压球阀密封副耐磨涂层研发",
    "main_problem": "现用密封副在含砂介质中三个月即磨损泄漏,需要更耐磨的涂层及其制备工艺。",
    "fields": ["404"],
    "region": "370112",
    "deadline": (datetime.now(UTC) + timedelta(days=300)).date().isoformat(),
    "cooperation_modes": ["joint_development"],
}


@pytest.fixture
def enterprise(client: TestClient, database: Database, settings: Settings) -> dict[str, str]:
    """The headers of an enterprise's user."""
    with database.unit_of_work() as session:
        return bearer(session, settings, make_user(session, role=Role.ENTERPRISE))


class TestCommits:
    """A commit can fail after everything before it went well: then the answer is no success and nothing is there.

    A deferred foreign key makes it fail for real, on both databases, in the last moment.
    """

    def test_a_failed_commit_is_no_success(self, client: TestClient, database: Database) -> None:
        before = count_of(database, AccountLink)
        fail_commits_that_insert_into(database, "account_links")
        answer = client.post("/v1/register", json=REGISTRATION)
        assert (answer.status_code, answer.headers["content-type"]) == (409, PROBLEM)
        assert count_of(database, AccountLink) == before

    def test_a_failed_commit_publishes_nothing(
        self, client: TestClient, database: Database, enterprise: dict[str, str]
    ) -> None:
        before = count_of(database, Event)
        fail_commits_that_insert_into(database, "demands")
        answer = client.post("/v1/demands", json=DEMAND, headers=enterprise)
        assert (answer.status_code, answer.headers["content-type"]) == (409, PROBLEM)
        assert count_of(database, Demand) == 0
        assert count_of(database, Event) == before
        listed = client.get("/v1/demands")
        assert listed.json()["items"] == []

    def test_after_the_fault_the_same_request_succeeds(
        self, client: TestClient, database: Database, enterprise: dict[str, str]
    ) -> None:
        """The failed one left neither a lock nor a half-kept Idempotency-Key."""
        headers = enterprise | {"Idempotency-Key": "seal-coating-1"}
        fail_commits_that_insert_into(database, "demands")
        assert client.post("/v1/demands", json=DEMAND, headers=headers).status_code == 409
        stop_failing_commits(database, "demands")
        answer = client.post("/v1/demands", json=DEMAND, headers=headers)
        assert answer.status_code == 201, answer.text
        assert "Idempotency-Replayed" not in answer.headers
        assert count_of(database, Demand) == 1
