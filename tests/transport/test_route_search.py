"""The search for a request's route gives what comparing with all routes gives."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match

from app.main import assemble

Matches = Callable[[BaseRoute, dict[str, Any]], Match]


@pytest.fixture(scope="module")
def service() -> FastAPI:
    return assemble()


def by_search(route: BaseRoute, scope: dict[str, Any]) -> Match:
    return route.matches(scope)[0]


def by_comparison(route: BaseRoute, scope: dict[str, Any]) -> Match:
    return type(route).matches(route, scope)[0]


def found(service: FastAPI, path: str, method: str, matches: Matches) -> list[tuple[int, Match]]:
    """Every router that answers, and how well it matches."""
    scope = {
        "type": "http",
        "path": path,
        "method": method,
        "root_path": "",
        "headers": [],
        "query_string": b"",
    }
    asked = ((place, matches(route, dict(scope))) for place, route in enumerate(service.routes))
    return [(place, match) for place, match in asked if match is not Match.NONE]


def test_each_route_is_found_where_it_is(service: FastAPI) -> None:
    paths = {re.sub(r"{[^}]*}", "1", str(context.path)) for context in iter_route_contexts(service.routes)}
    asked = {path: found(service, path, "GET", by_search) for path in paths}
    assert asked == {path: found(service, path, "GET", by_comparison) for path in paths}
    assert sum(map(bool, asked.values())) > 500


@pytest.mark.parametrize(
    "path",
    [
        *("/", "//", "/v1", "/v1/", "/v1//", "//v1/demands", "/v1/demands/", "/V1/demands", "/v1/demandsx"),
        *("/v1/nothing", "/nothing", "/demands", "/demands/", "/static/x.css", "/v1/demands/1/2/3/4", ""),
        *("/v1/{record_id}", "/%7Bid%7D", "/v1/demands\n", "/openapi.json", "/v1/../demands", "/readyz"),
    ],
)
def test_odd_paths_find_what_they_found(service: FastAPI, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert found(service, path, method, by_search) == found(service, path, method, by_comparison)


def test_few_routers_are_asked(service: FastAPI) -> None:
    """A path that no router has is refused without looking at any of their routes."""
    assert [route for route in service.routes if "matches" not in vars(route)] == []
