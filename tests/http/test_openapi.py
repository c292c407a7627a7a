"""The OpenAPI description: names, examples, errors and the documentation page."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from app import database_schema
from tests.support.http import PROBLEM

# Other words for what DESIGN calls achievement, demand, manager, pair, match, recommendation, push, engagement.
SYNONYMS = re.compile(
    r"suppl(y|ies)|offers?|results?|requirements?|needs?|requests?|brokers?|agents?|"
    r"couples?|matchings?|suggestions?|notifications?|messages?|deals?|dockings?|cooperations?"
)


@pytest.fixture
def described(client: TestClient, _descriptions: list[Any]) -> dict[str, Any]:
    """The API's description; the same for every application, so made once."""
    if not _descriptions:
        _descriptions.append(client.get("/openapi.json").json())
    found: dict[str, Any] = _descriptions[0]
    return found


@pytest.fixture(scope="module")
def _descriptions() -> list[Any]:
    return []


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
class TestDescription:
    def test_the_page_needs_nothing_from_elsewhere(self, client: TestClient) -> None:
        """The service must be usable in a network that reaches no content delivery network."""
        page = client.get("/docs")
        assert page.status_code == 200
        assert not re.search(r"https?://|[\"']//", page.text)
        assets = re.findall(r"(?:src|href)=\"(/[^\"]+)\"", page.text)
        assert len(assets) >= 3
        for asset in assets:
            assert client.get(asset).status_code == 200, asset

    def test_operations_have_names_fit_for_a_generated_client(self, described: dict[str, Any]) -> None:
        ids = [operation["operationId"] for _, operation in operations(described)]
        assert len(ids) == len(set(ids))
        assert not [name for name in ids if not re.fullmatch(r"[a-z][a-z0-9_]*", name)]

    def test_names_are_fit_for_generators(self, described: dict[str, Any]) -> None:
        """Generators make modules of tags and classes of titles; two of one name are left out of a client."""
        assert described["info"]["title"].isascii()
        schemas = described["components"]["schemas"]
        titles = [schema["title"] for schema in schemas.values()]
        assert len(titles) == len(set(titles))
        tags = {tag for _, operation in operations(described) for tag in operation["tags"]}
        assert {tag["name"] for tag in described["tags"]} == tags
        assert not [tag for tag in tags if not re.fullmatch(r"[a-z]+(-[a-z]+)*", tag)]

    def test_every_answer_has_a_schema_and_every_problem_the_same(self, described: dict[str, Any]) -> None:
        assert "Problem" in described["components"]["schemas"]
        for name, operation in operations(described):
            for status, answer in operation["responses"].items():
                content = answer.get("content", {})
                assert content or not status.startswith("2") or status in ("204", "205"), name
                for kind, body in content.items():
                    assert body.get("schema"), (name, status, kind)
                    if kind == PROBLEM:
                        assert body["schema"] == {"$ref": "#/components/schemas/Problem"}, (name, status)

    def test_every_operation_has_a_summary_and_says_what_may_go_wrong(
        self, described: dict[str, Any]
    ) -> None:
        for name, operation in operations(described):
            assert operation.get("summary"), name
            if operation.keys() & {"parameters", "requestBody"}:
                problems = [
                    answer
                    for status, answer in operation["responses"].items()
                    if status.startswith("4") and PROBLEM in answer.get("content", {})
                ]
                assert problems, name

    def test_every_json_body_has_an_example(self, described: dict[str, Any]) -> None:
        bare = [
            name
            for name, operation in operations(described)
            for kind, body in operation.get("requestBody", {}).get("content", {}).items()
            if kind == "application/json" and not _exemplified(body["schema"], described)
        ]
        assert not bare

    def test_every_example_is_valid(self, client: TestClient) -> None:
        """What a reader copies from the description must be taken."""
        tried = 0
        for route in iter_route_contexts(client.app.routes):  # type: ignore[attr-defined]  # typed as a callable
            for field in getattr(getattr(route, "dependant", None), "body_params", ()):
                body = TypeAdapter(field.field_info.annotation)
                for example in body.json_schema().get("examples", []):
                    body.validate_python(example)
                    tried += 1
        assert tried >= 6

    def test_paths_use_the_projects_words(self, described: dict[str, Any]) -> None:
        segments = {part for path in described["paths"] for part in re.split(r"[/_-]", path)}
        assert not [part for part in segments if SYNONYMS.fullmatch(part)]
        assert {"achievements", "demands", "managers", "matches", "pushes"} <= segments
        assert not [name for name in database_schema.metadata().tables if SYNONYMS.search(name)]


def _exemplified(node: dict[str, Any], described: dict[str, Any]) -> bool:
    """Whether the schema, or each of its required properties, shows an example; closed choices show themselves."""
    if "$ref" in node:
        return _exemplified(described["components"]["schemas"][node["$ref"].rpartition("/")[2]], described)
    if node.keys() & {"example", "examples", "enum", "const", "default", "format"}:
        return True
    choices = node.get("anyOf", []) + node.get("oneOf", []) + node.get("allOf", [])
    if choices:
        return any(_exemplified(choice, described) for choice in choices)
    if node.get("type") == "array":
        return _exemplified(node.get("items", {}), described)
    if node.get("type") == "object":
        properties = node.get("properties", {})
        asked = node.get("required") or list(properties)
        return all(_exemplified(properties[name], described) for name in asked)
    return node.get("type") in ("boolean", "integer", "number")
