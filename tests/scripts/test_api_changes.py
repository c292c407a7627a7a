"""Which changes of the API break programs."""

import copy
from typing import Any

import pytest

from scripts.openapi.compatibility import breaks, kept

BASE: dict[str, Any] = {
    "paths": {
        "/v1/demands": {
            "get": {
                "operationId": "demands_list",
                "parameters": [
                    {"in": "query", "name": "q", "schema": {"type": "string", "maxLength": 80}},
                    {"in": "query", "name": "state", "schema": {"enum": ["new", "old"], "type": "string"}},
                    {"in": "query", "name": "owner", "schema": {"type": "string", "format": "uuid"}},
                ],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/x/Page"}}}}},
            },
            "post": {
                "operationId": "demands_create",
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/x/New"}}},
                    "required": True,
                },
                "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/x/Read"}}}}},
            },
        }
    },
    "components": {
        "schemas": {
            "New": {
                "type": "object",
                "additionalProperties": False,
                "required": ["title"],
                "properties": {
                    "title": {"type": "string"},
                    "trl": {"anyOf": [{"type": "integer", "maximum": 9}, {"type": "null"}]},
                    "figures": {"type": "array", "items": {"$ref": "#/x/Figure"}},
                },
            },
            "Figure": {"type": "object", "properties": {"value": {"type": "number"}}},
            "Read": {
                "type": "object",
                "required": ["id", "title"],
                "properties": {
                    "id": {"type": "string"},
                    "title": {"type": "string"},
                    "next": {"$ref": "#/x/Read"},
                    "budget": {"type": "number"},
                },
            },
            "Page": {
                "type": "object",
                "properties": {"items": {"type": "array", "items": {"$ref": "#/x/Read"}}},
            },
        }
    },
}
LIST, POST = ("paths", "/v1/demands", "get"), ("paths", "/v1/demands", "post")
NEW, READ = ("components", "schemas", "New"), ("components", "schemas", "Read")
BODY = (*POST, "requestBody")
GONE = object()

BREAKING = [
    (POST, GONE, "POST /v1/demands: the operation is gone"),
    ((*LIST, "operationId"), "demands_search", "GET /v1/demands: its operationId demands_list is gone"),
    ((*LIST, "parameters", 0), GONE, "GET /v1/demands: the query parameter q is gone"),
    ((*LIST, "parameters", 0, "required"), True, "GET /v1/demands: the query parameter q is required"),
    ((*LIST, "parameters", 0, "schema", "maxLength"), 40, "GET /v1/demands q: maxLength is 40"),
    ((*LIST, "parameters", 0, "schema", "type"), "integer", "GET /v1/demands q: string is not taken"),
    (
        (*LIST, "parameters", 1, "schema", "enum"),
        ["new"],
        "GET /v1/demands state: the value old is not taken",
    ),
    ((*LIST, "parameters", 2, "schema", "maxLength"), 35, "GET /v1/demands owner: maxLength is 35"),
    ((*LIST, "parameters", 0, "schema", "pattern"), "^a", "GET /v1/demands q: another pattern is asked for"),
    ((*LIST, "responses", "200"), GONE, "GET /v1/demands: the answer 200 is gone"),
    (BODY, GONE, "POST /v1/demands: it takes no body"),
    ((*LIST, "requestBody"), {"content": {}, "required": True}, "GET /v1/demands: a body is required"),
    ((*NEW, "required"), ["title", "trl"], "New as sent: the field trl is required"),
    ((*NEW, "properties", "trl"), GONE, "New as sent: the field trl is gone"),
    ((*NEW, "properties", "trl"), {"type": "integer", "maximum": 9}, "New as sent trl: null is not taken"),
    ((*NEW, "properties", "trl", "anyOf", 0, "maximum"), 7, "New as sent trl: maximum is 7"),
    ((*NEW, "properties", "title", "enum"), ["a"], "New as sent title: only some values are taken"),
    (
        ("components", "schemas", "Figure", "properties", "value", "type"),
        "integer",
        "Figure as sent value: number is not taken",
    ),
    ((*READ, "properties", "budget"), GONE, "Read as read: the field budget is gone"),
    ((*READ, "required"), ["id"], "Read as read: the field title may be missing"),
    (
        (*READ, "properties", "title"),
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "Read as read title: may be null",
    ),
    ((*READ, "properties", "budget"), {"type": "string"}, "Read as read budget: may be string"),
]
HARMLESS = [
    ((*LIST, "parameters", 0, "schema", "maxLength"), 200),
    ((*LIST, "parameters", 1, "schema", "enum"), ["new", "old", "later"]),
    ((*LIST, "parameters", 3), {"in": "query", "name": "mine", "schema": {"type": "boolean"}}),
    ((*LIST, "parameters", 0, "description"), "words"),
    ((*LIST, "parameters", 2, "schema"), {"type": "string", "minLength": 2, "maxLength": 60}),
    ((*BODY, "required"), False),
    ((*NEW, "required"), []),
    ((*NEW, "properties", "region"), {"type": "string"}),
    ((*NEW, "properties", "title"), {"anyOf": [{"type": "string"}, {"type": "null"}]}),
    ((*READ, "properties", "number"), {"type": "string"}),
    ((*READ, "required"), ["id", "title", "budget"]),
    ((*READ, "properties", "budget"), {"type": "integer"}),
    (("paths", "/v1/managers"), {"get": {"operationId": "managers_list", "responses": {}}}),
]


def changed(place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    described = copy.deepcopy(BASE)
    node: Any = described
    for step in place[:-1]:
        node = node[step]
    if value is GONE:
        del node[place[-1]]
    elif isinstance(node, list):
        node[place[-1] :] = [value]
    else:
        node[place[-1]] = value
    return described


@pytest.mark.parametrize(("place", "value", "line"), BREAKING, ids=[line for *_, line in BREAKING])
def test_a_breaking_change_is_named(place: tuple[Any, ...], value: Any, line: str) -> None:
    assert breaks(BASE, changed(place, value)) == [line]


@pytest.mark.parametrize(("place", "value"), HARMLESS, ids=[str(place[-1]) for place, _ in HARMLESS])
def test_an_addition_breaks_nothing(place: tuple[Any, ...], value: Any) -> None:
    assert breaks(BASE, changed(place, value)) == []


def test_what_is_kept_has_all_that_is_compared() -> None:
    """A field may be called like a word of the description."""
    import json

    named = changed((*READ, "properties", "description"), {"type": "string", "title": "说明"})
    again = json.loads(kept(named))
    assert "title" in again["components"]["schemas"]["New"]["properties"]
    assert breaks(named, again) == breaks(again, named) == []
    assert breaks(named, BASE) == ["Read as read: the field description is gone"]
