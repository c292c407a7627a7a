"""Nothing that the API offers to a person is without a page."""

from collections.abc import Iterator
from typing import Any

from fastapi.routing import iter_route_contexts

from app.web.pages import BY_ADDRESS
from tests.web.api_pages import FOR_PROGRAMS, PAGES, PLANNED

API = "/v1"


def _table() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in PAGES.strip().splitlines():
        methods, path, page = line.split()
        for method in methods.split(","):
            route = f"{method} {path}"
            assert route not in found, f"{route} twice"
            found[route] = page
    return found


def _routes(app: Any) -> Iterator[str]:
    for route in iter_route_contexts(app.routes):
        if str(route.path).startswith(f"{API}/"):
            for method in set(route.methods or ()) - {"HEAD", "OPTIONS"}:
                yield f"{method} {str(route.path).removeprefix(API)}"


def test_every_route_has_a_page_or_a_reason(app: Any) -> None:
    table, routes = _table(), set(_routes(app))
    assert sorted(routes - table.keys() - FOR_PROGRAMS.keys()) == [], "name their pages in api_pages.py"
    assert sorted((table.keys() | FOR_PROGRAMS.keys()) - routes) == [], "these routes are gone"
    assert sorted(table.keys() & FOR_PROGRAMS.keys()) == []


def test_the_pages_of_the_table_are_built(app: Any) -> None:
    answered = {str(route.path) for route in iter_route_contexts(app.routes)}
    pages = set(_table().values())
    assert sorted(pages - BY_ADDRESS.keys()) == [], "not in the map of pages"
    assert sorted(pages - answered - PLANNED) == [], "not built"
