"""Answers of the API: what is expected of them, in one place."""

from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

PROBLEM = "application/problem+json"

ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For a test of what is decided before the store is asked, which is the same before PostgreSQL."""


def ok(response: Any, status: int = 200) -> Any:
    """The body of an answer that has this status; None where it is empty."""
    assert response.status_code == status, (response.status_code, response.text)
    return response.json() if response.content else None


def created(response: Any) -> dict[str, Any]:
    """The body of a 201."""
    body: dict[str, Any] = ok(response, 201)
    return body


def create(caller: Any, plural: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The new record of a library: `create(as_enterprise, "demands", demand_payload())`."""
    return created(caller.post(f"/v1/{plural}", json=payload))


def sign(caller: Any, contract_id: str, signed_on: str, **body: Any) -> Any:
    """The answer to the caller's signature of the version that they read."""
    path = f"/v1/contracts/{contract_id}"
    headers = {"If-Match": caller.get(path).headers.get("etag", '"0"')}
    return caller.post(f"{path}/sign", json={"signed_on": signed_on} | body, headers=headers)


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem of an answer that has this status and code; it speaks both languages."""
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert problem["message_zh"] and problem["message_en"]
    return problem


def wrong_fields(response: Any) -> list[str]:
    """The fields that a 422 names."""
    assert response.status_code == 422, response.text
    return [error["field"] for error in response.json()["errors"]]


def metrics_of(client: Any) -> str:
    """The service's metrics, as a monitor on the same machine reads them."""
    near = TestClient(client.app, client=("127.0.0.1", 50_000))
    return str(near.get("/metrics").text)
