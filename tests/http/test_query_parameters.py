"""A query parameter that a route does not know is refused by every route."""

import re
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from tests.support.callers import Caller
from tests.support.http import PROBLEM

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both

BY_PROTOCOL = {"/v1/oai-pmh": 'code="badArgument"'}
"""Routes whose protocol has an answer of its own to an unknown parameter, with that answer."""


def operations(client: TestClient) -> list[tuple[str, str]]:
    paths: dict[str, Any] = client.get("/openapi.json").json()["paths"]
    return [(method, path) for path, methods in paths.items() for method in methods]


def test_every_route_refuses_what_it_does_not_know(as_operator: Caller, client: TestClient) -> None:
    found = operations(client)
    assert len(found) > 150
    answers = {}
    for method, path in found:
        if path in BY_PROTOCOL:
            answer = as_operator.request(method, path, params={"verb": "Identify", "nonsense": "1"})
            assert (answer.status_code, BY_PROTOCOL[path] in answer.text) == (200, True)
            continue
        concrete = re.sub(r"\{[^}]+\}", lambda _: str(uuid4()), path)
        answer = as_operator.request(method, concrete, params={"nonsense": "1"})
        errors = answer.json().get("errors", []) if answer.headers["content-type"] == PROBLEM else []
        named = [error["code"] for error in errors if error["field"] == "nonsense"]
        if (answer.status_code, named) != (422, ["unknown_parameter"]):
            answers[f"{method} {path}"] = (answer.status_code, answer.text[:200])
    assert not answers


def test_all_unknown_parameters_are_named_with_the_nearest_known_one(as_operator: Caller) -> None:
    answer = as_operator.get("/v1/demands", params={"stat": "published", "limit": 5, "zzz": "1"})
    assert answer.status_code == 422
    errors = {error["field"]: error for error in answer.json()["errors"]}
    assert errors.keys() == {"stat", "zzz"}
    assert "state" in errors["stat"]["message_en"] and "state" in errors["stat"]["message_zh"]
    assert "limit" in errors["zzz"]["message_en"]


@pytest.mark.parametrize("path", ["/v1/demands", "/v1/contracts", "/v1/organisations", "/v1/audit"])
def test_of_two_values_none_is_ignored(as_operator: Caller, path: str) -> None:
    answer = as_operator.get(path, params={"limit": [5, 6], "cursor": ["", ""]})
    assert answer.status_code == 422
    repeated = {one["field"] for one in answer.json()["errors"] if one["code"] == "repeated_parameter"}
    assert repeated == {"limit", "cursor"}


def test_a_parameter_that_takes_several_values_is_repeated(as_operator: Caller) -> None:
    several = {"state": ["published", "draft"], "field": ["401", "405"], "limit": 5}
    assert as_operator.get("/v1/demands", params=several).status_code == 200
    assert as_operator.get("/v1/contracts", params={"state": ["draft", "signed"]}).status_code == 200


def test_known_parameters_of_dependencies_are_known(as_operator: Caller) -> None:
    assert as_operator.get("/v1/demands", params={"limit": 5, "q": "涂料", "field": "405"}).status_code == 200


def test_pages_take_no_notice_of_marks_that_others_add_to_links(client: TestClient) -> None:
    assert client.get("/login", params={"from_mail": "1"}).status_code == 200


def test_a_route_without_parameters_says_so(client: TestClient) -> None:
    answer = client.get("/healthz", params={"verbose": "1"})
    assert answer.status_code == 422
    assert "none" in answer.json()["errors"][0]["message_en"]
