"""One form for one thing: names of places, fields and ways are read alike on every route."""

from typing import Any

import pytest

from app.database import Database
from app.settings import Settings
from tests.http.registration import REGISTRATION
from tests.support.builders.demands import demand_payload
from tests.support.builders.links import last_token
from tests.support.callers import Caller
from tests.support.http import created, ok, wrong_fields

PLACES = ("370102", "济南市历下区", "历下区", "历下", "歷下區", "山东省济南市历下区", "Lixia District, Jinan")


@pytest.mark.parametrize("place", PLACES)
def test_a_place_is_understood_everywhere(
    place: str, app: Any, settings: Settings, client: Any, as_enterprise: Caller, as_operator: Caller
) -> None:
    body = REGISTRATION | {"organisation": REGISTRATION["organisation"] | {"region": place}}
    ok(client.post("/v1/register", json=body), 202)
    token = last_token(app.state.services[Database], settings, REGISTRATION["user"]["email"])
    ok(client.post("/v1/auth/verify-mail", json={"token": token}))
    uscc = REGISTRATION["organisation"]["uscc"]
    (registered,) = ok(as_operator.get("/v1/organisations", params={"uscc": uscc}))["items"]
    assert registered["region"] == "370102"
    demand = created(as_enterprise.post("/v1/demands", json=demand_payload(region=place)))
    assert demand["region"] == "370102"
    listed = ok(as_enterprise.get("/v1/demands", params={"region": place, "mine": True}))
    assert [one["id"] for one in listed["items"]] == [demand["id"]]


@pytest.mark.parametrize("place", ["青岛市历下区", "高新区", "Atlantis"])
def test_an_unclear_place_is_refused_everywhere(place: str, client: Any, as_enterprise: Caller) -> None:
    body = REGISTRATION | {"organisation": REGISTRATION["organisation"] | {"region": place}}
    assert wrong_fields(client.post("/v1/register", json=body)) == ["organisation.region"]
    assert wrong_fields(as_enterprise.post("/v1/demands", json=demand_payload(region=place))) == ["region"]


def test_technology_development_as_a_way_of_cooperation(as_enterprise: Caller) -> None:
    body = demand_payload(cooperation_modes=["技术开发", "技术许可"])
    demand = created(as_enterprise.post("/v1/demands", json=body))
    assert demand["cooperation_modes"] == ["joint_development", "commissioned_development", "licence"]
    for mode in ("技术开发", "joint development"):
        assert ok(as_enterprise.get("/v1/demands", params={"mode": mode, "mine": True}))["items"]


@pytest.mark.parametrize(
    "name", ["region", "Regions", "contract-types", "transfer_mode", "fields", "技术领域"]
)
def test_names_of_vocabularies_are_guessable(name: str, client: Any) -> None:
    assert ok(client.get(f"/v1/vocabularies/{name}"))["terms"]


def test_an_unknown_vocabulary_names_the_nearest(client: Any) -> None:
    answer = client.get("/v1/vocabularies/hightec_fields")
    assert answer.status_code == 404
    assert answer.json()["suggestions"][0] == "hightech_fields"
