"""Ties of operators, declared on a page, and the decision that they keep somebody from."""

import re
from typing import Any

import pytest

from app.accounts.models import Organisation, Role
from app.database import Database
from tests.support.scenario import Scenario
from tests.web.html import faults_of, text_of
from tests.web.readers import ReaderOf

PAGE = "/bureau/recusals"


@pytest.fixture
def scenario(app: Any) -> Scenario:
    return Scenario(app.state.services[Database])


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a page shows does not depend on the database."""
    return sqlite_url


def test_a_tie_is_declared_and_taken_back_by_a_colleague(scenario: Scenario, reader: ReaderOf) -> None:
    mine, colleague = reader(Role.OPERATOR), reader(Role.OPERATOR)
    party = scenario.organisation(name="山东百川高新材料有限公司")
    scenario.change(Organisation, party, code_exemption="机关内设机构")
    page = mine.get(PAGE)
    assert faults_of(page.text) == [] and "还没有申报" in page.text
    assert mine.post(PAGE, data={"party": "没有这样的单位", "kind": "other"}).status_code == 422
    sent = {"party": "山东百川高新材料有限公司", "kind": "former_post"}
    assert mine.post(PAGE, data=sent).status_code == 303
    assert mine.post(PAGE, data=sent).status_code == 409
    page = mine.get(PAGE)
    assert faults_of(page.text) == []
    assert "曾任职" in text_of(page.text) and 'name="tie"' not in page.text
    verify = f"/bureau/organisations/{party}/verify"
    refused = mine.post(verify, data={"_version": "2"})
    assert (refused.status_code, "请由其他工作人员办理" in refused.text) == (409, True)
    (tie,) = re.findall(r'name="tie" value="([^"]+)"', colleague.get(PAGE).text)
    assert mine.post(f"{PAGE}/withdraw", data={"tie": tie}).status_code == 409
    assert colleague.post(f"{PAGE}/withdraw", data={"tie": tie}).status_code == 303
    assert mine.post(verify, data={"_version": "2"}).status_code == 303
    assert reader(Role.INSTITUTION).get(PAGE).status_code == 403
