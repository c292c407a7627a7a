"""Agreements: the bureau alone makes them, and nothing is given out without one."""

from typing import Any

import pytest

from app.accounts.models import Role
from tests.partners.conftest import agreement_payload
from tests.support.http import created, ok, refused, wrong_fields
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ROOT = "/v1/partner-agreements"


def test_an_agreement_from_its_beginning_to_its_end(scenario: Scenario, operator: UserClient) -> None:
    user = scenario.user_client(Role.INSTITUTION)
    partner = scenario.key_client(user.user, "feed:read")
    refused(partner.get("/v1/feed"), 403, "no_agreement")
    payload = agreement_payload(user.user.organisation_id, ends_on="2066-12-31")
    refused(user.post(ROOT, payload), 403, "forbidden")
    refused(scenario.anonymous_client.get(ROOT), 401, "unauthenticated")
    made = created(operator.post(ROOT, payload))
    path = f"{ROOT}/{made['id']}"
    assert (made["in_force"], made["libraries"], made["agreed_by"]) == (
        True,
        payload["libraries"],
        "省平台成果处",
    )
    ok(partner.get("/v1/feed"))
    refused(operator.post(ROOT, payload), 409, "agreement_overlaps")
    refused(user.get(path), 403, "forbidden")
    refused(user.patch(path, {"level": "public"}, If_Match='"1"'), 403, "forbidden")
    refused(operator.patch(path, {"level": "public"}), 428, "precondition_required")
    over = ok(operator.patch(path, {"starts_on": "2025-01-01", "ends_on": "2026-01-31"}, If_Match='"1"'))
    assert not over["in_force"]
    refused(partner.get("/v1/feed"), 403, "no_agreement")
    assert wrong_fields(operator.patch(path, {"regions": None}, If_Match='"2"')) == ["regions"]
    ok(operator.patch(path, {"ends_on": None}, If_Match='"2"'))
    ok(partner.get("/v1/feed"))
    assert [one["id"] for one in ok(operator.get(ROOT))["items"]] == [made["id"]]
    refused(user.delete(path), 403, "forbidden")
    assert operator.delete(path).status_code == 204
    assert ok(operator.get(path))["ended_at"]
    refused(partner.get("/v1/feed"), 403, "no_agreement")
    refused(operator.patch(path, {"level": "public"}, If_Match='"4"'), 409, "agreement_ended")
    created(operator.post(ROOT, payload))
    kept = ok(scenario.user_client(Role.AUDITOR).get("/v1/audit", action="partner_agreement.manage"))["items"]
    assert [entry["details"].split(";")[0] for entry in kept] == [
        "made",
        "ended",
        "changed ends_on",
        "changed ends_on, starts_on",
        "made",
    ]


def test_an_agreement_names_only_what_may_be_given_out(scenario: Scenario, operator: UserClient) -> None:
    organisation = scenario.user_client(Role.INSTITUTION).user.organisation_id
    wrong = agreement_payload(
        organisation,
        libraries={"demand": ["title", "contact_phone"], "achievement": ["owner_org_id"]},
        regions=["370100"],
        ends_on="2025-12-31",
    )
    fields = ["ends_on", "libraries.achievement", "libraries.demand", "regions"]
    assert sorted(wrong_fields(operator.post(ROOT, wrong))) == fields
    # What members see is not what the public sees.
    public = agreement_payload(organisation, level="public", libraries={"demand": ["main_problem"]})
    assert wrong_fields(operator.post(ROOT, public)) == ["libraries.demand"]
    assert wrong_fields(operator.post(ROOT, agreement_payload(operator.user.id))) == ["organisation_id"]
    nothing: list[dict[str, Any]] = [
        {"libraries": {}},
        {"publish_modes": []},
        {"libraries": {"demand": []}},
    ]
    for empty in nothing:
        assert wrong_fields(operator.post(ROOT, agreement_payload(organisation, **empty)))


def test_only_a_key_with_the_scope_reads_the_feed(scenario: Scenario, operator: UserClient) -> None:
    user = scenario.user_client(Role.INSTITUTION)
    created(operator.post(ROOT, agreement_payload(user.user.organisation_id)))
    refused(user.get("/v1/feed"), 403, "api_key_needed")
    refused(operator.get("/v1/feed"), 403, "api_key_needed")
    refused(scenario.key_client(user.user, "demands:read").get("/v1/feed"), 403, "insufficient_scope")
    refused(scenario.key_client(operator.user, "feed:read").get("/v1/feed"), 403, "no_agreement")
    refused(scenario.anonymous_client.get("/v1/feed"), 401, "unauthenticated")
