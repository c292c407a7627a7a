"""One form for one thing: names are read alike on every route; amounts, percentages and times are answered alike."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from app.accounts.models import Role
from app.database import Database
from app.settings import Settings
from app.vocabularies import resolve
from tests.http.registration import REGISTRATION
from tests.support.builders.demands import demand_payload
from tests.support.builders.links import last_token
from tests.support.callers import Caller, LogIn
from tests.support.days import day
from tests.support.http import ON_ONE_DATABASE, created, ok, wrong_fields
from tests.support.paths import SHARED_DATA
from tests.support.scenario import Scenario

PLACES = ("370102", "济南市历下区", "历下区", "历下", "歷下區", "山东省济南市历下区", "Lixia District, Jinan")


@ON_ONE_DATABASE
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


@ON_ONE_DATABASE
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


def test_reasons_are_taken_by_name(app: Any, log_in: LogIn) -> None:
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    push = f"/v1/pushes/{scenario.push_to_lead(scenario.contactable_pair())}"
    assert (
        ok(scenario.lead.post(f"{push}/decline", json={"reason": "价格不合适"}))["decline_reason"] == "price"
    )
    case = scenario.open_engagement()
    assert ok(case.move("ended", reason="资金未落实"))["ended_reason"] == "funding"


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    "name", ["region", "Regions", "contract-types", "transfer_mode", "fields", "技术领域"]
)
def test_names_of_vocabularies_are_guessable(name: str, client: Any) -> None:
    assert ok(client.get(f"/v1/vocabularies/{name}"))["terms"]


def test_an_unknown_vocabulary_names_the_nearest(client: Any) -> None:
    answer = client.get("/v1/vocabularies/hightec_fields")
    assert answer.status_code == 404
    assert answer.json()["suggestions"][0] == "hightech_fields"


REAL_WORDINGS = SHARED_DATA / "realfiles" / "value_wordings.json"


@pytest.mark.skipif(not REAL_WORDINGS.exists(), reason="how people write values is not beside this checkout")
def test_nine_of_ten_real_wordings_are_understood() -> None:
    data = json.loads(REAL_WORDINGS.read_text(encoding="utf-8"))
    fields = data["fields"]["contract_statistics_11"] | data["fields"]["other"]
    regions = {text: code for text, (code, _) in data["regions"].items()}
    asked = {"hightech_fields": fields, "transfer_modes": data["cooperation_modes"], "regions": regions}
    wrong = [
        (name, text)
        for name, wordings in asked.items()
        for text, wanted in wordings.items()
        if _wanted(wanted) != set(resolve(name, text).codes)
    ]
    assert len(wrong) <= sum(map(len, asked.values())) / 10, wrong


def _wanted(codes: Any) -> set[str]:
    """No code where several would fit and somebody has to be asked."""
    return set() if codes is None else {codes} if isinstance(codes, str) else set(codes)


def test_organisations_are_filtered_by_names_of_places(as_enterprise: Caller, as_operator: Caller) -> None:
    own = ok(as_operator.get(f"/v1/organisations/{as_enterprise.organisation_id}"))
    for place in ("济南", "山东省", "3701", own["region"]):
        listed = ok(as_operator.get("/v1/organisations", params={"region": place, "limit": 100}))["items"]
        assert own["id"] in [one["id"] for one in listed], place
    assert wrong_fields(as_operator.get("/v1/organisations", params={"region": "Atlantis"})) == ["region"]


# What is named so is an amount in 万元 or a percentage; a time of day; a moment.
_AMOUNT = re.compile(r".*_wan|percent")
_MOMENT = re.compile(r".*_at|at|expires|until|opened_from|opened_before")
_TEXT_OF_AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2,}")
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
NO_DAY_OR_MOMENT = {"FormerName.until", "full_at"}


def test_every_schema_of_an_answer_has_the_one_form(client: Any) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    odd = []
    for schema, described in schemas.items():
        for name, field in described.get("properties", {}).items():
            kinds = [one for one in field.get("anyOf", [field]) if one.get("type") != "null"]
            answers = not any(one.get("type") == "number" for one in kinds)  # bodies take numbers, too
            if _AMOUNT.fullmatch(name) and answers:
                odd += [f"{schema}.{name}" for one in kinds if one.get("pattern") != "^-?[0-9]+\\.[0-9]{2,}$"]
            if _MOMENT.fullmatch(name) and not {f"{schema}.{name}", name} & NO_DAY_OR_MOMENT:
                odd += [f"{schema}.{name}" for one in kinds if one.get("format") != "date-time"]
    assert not odd


def test_real_answers_keep_to_it(app: Any, log_in: LogIn) -> None:
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    case = scenario.agreed_engagement(budget_min_wan="60", budget_max_wan="120").reach("negotiating")
    contract = case.signed(
        deal_amount_wan=120, technology_amount_wan="100", payments=[_payment(), _payment()]
    )
    path = f"/v1/contracts/{contract['id']}"
    registration = {"registration_no": "2026-370100-000123", "registered_on": day()}
    ok(scenario.operator.post(f"{path}/register", json=registration))
    ok(log_in(Role.OPERATOR).post(f"{path}/land", json={"landed_on": day(), "landed_in_jinan": True}))
    assert ok(scenario.enterprise.get(path))["state"] == "landed"
    addresses = (
        path,
        "/v1/contracts",
        f"{path}/versions",
        case.path,
        f"{case.path}/timeline",
        f"/v1/demands/{case.demand_id}",
        f"/v1/demands/{case.demand_id}/versions",
        f"/v1/managers/{scenario.lead_id}/tier",
        "/v1/statistics/contracts",
        "/v1/statistics/contracts/rows",
        "/v1/statistics/managers",
        "/v1/pushes",
    )
    odd = [
        (address, name, value)
        for address in addresses
        for name, value in _leaves(ok(scenario.operator.get(address)))
        if _is_odd(name, value)
    ]
    assert not odd


def _payment() -> dict[str, Any]:
    return {"name": "首付款", "amount_wan": 40, "due_on": day(10)}


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    elif value is not None:
        yield name, value


def _is_odd(name: str, value: Any) -> bool:
    if _AMOUNT.fullmatch(name):
        return not (isinstance(value, str) and _TEXT_OF_AMOUNT.fullmatch(value))
    if _MOMENT.fullmatch(name) and name not in NO_DAY_OR_MOMENT:
        return not (
            isinstance(value, str) and _RFC_3339.fullmatch(value) and datetime.fromisoformat(value).tzinfo
        )
    return False
