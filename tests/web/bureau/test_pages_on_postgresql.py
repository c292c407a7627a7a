"""Pages ask more than the API does, and PostgreSQL takes less than SQLite does: each page is opened on it once."""

import pytest

from app.accounts.models import Role
from app.web.pages import PAGES
from tests.support.scenario import Scenario
from tests.web.readers import ReaderOf

STREAM = "/inbox/stream"
"""Stays open."""


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ENTERPRISE, Role.MANAGER])
def test_every_page_answers(reader: ReaderOf, scenario: Scenario, role: Role) -> None:
    scenario.push(scenario.manager(), scenario.demand(fields=["401"]), scenario.achievement())
    who = reader(role)
    pages = [page.address for page in PAGES if role in page.readers and "{" not in page.address]
    answers = {address: who.get(address).status_code for address in pages if address != STREAM}
    assert {address: status for address, status in answers.items() if status >= 500} == {}
    assert list(answers.values()).count(200) > 20, answers
