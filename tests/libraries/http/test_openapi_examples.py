"""The OpenAPI description is correct: its examples work, and responses match their schemas."""

from typing import Any

import pytest
from fastapi import FastAPI

from app.accounts.models import Role
from app.libraries.achievements.schemas import AchievementCreate, AchievementRead
from app.libraries.demands.schemas import DemandCreate, DemandRead
from app.libraries.managers.schemas import ManagerCreate, ManagerRead
from app.libraries.schemas import RecordRead, Wire
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

FORMS = [
    pytest.param("achievements", AchievementCreate, AchievementRead, id="achievement"),
    pytest.param("demands", DemandCreate, DemandRead, id="demand"),
    pytest.param("managers", ManagerCreate, ManagerRead, id="manager"),
]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Schemas are the same on both databases."""
    return sqlite_url


@pytest.mark.parametrize(("library", "create", "read"), FORMS)
def test_examples_can_be_published_and_answers_have_their_form(
    scenario: Scenario, operator: UserClient, library: str, create: type[Wire], read: type[RecordRead]
) -> None:
    (example,) = create.model_json_schema()["examples"]
    owner = scenario.registered_organisation()
    made = operator.create(library, example | {"owner_org_id": str(owner.id)})
    assert made["state"] == "published"
    assert set(example) <= set(made)
    for reader in (operator, scenario.user_client(Role.INVESTOR), scenario.anonymous_client):
        seen = reader.get(f"/v1/{library}/{made['id']}").json()
        assert read.model_validate(seen).title == example["title"]
        assert reader.get(f"/v1/{library}").json()["items"] == [seen]


def test_the_description(app: FastAPI) -> None:
    description = app.openapi()
    operations = [
        (path, verb, operation)
        for path, verbs in description["paths"].items()
        if path.startswith(("/v1/achievements", "/v1/demands", "/v1/managers"))
        for verb, operation in verbs.items()
    ]
    assert len(operations) == 3 * 13
    for path, verb, operation in operations:
        assert operation["summary"], path
        if verb == "post" and path.count("/") == 2:
            assert _body(description, operation)["properties"]["title"]["title"]
        if verb == "patch":
            assert "title" not in _body(description, operation).get("required", [])
    deadline = description["components"]["schemas"]["DemandCreate"]["properties"]["deadline"]
    assert deadline["title"] == "需求截止日期"
    listed = {parameter["name"] for parameter in description["paths"]["/v1/demands"]["get"]["parameters"]}
    assert {"q", "field", "budget_band", "deadline_to", "sort", "cursor", "facets"} <= listed


def _body(description: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema: dict[str, Any] = description["components"]["schemas"][reference.rpartition("/")[2]]
    return schema
