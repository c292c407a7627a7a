"""The OpenAPI description as generators of clients need it.

ASCII names, one component of each title, and a schema for every answer. What routes say in Chinese stays in summaries
and descriptions.
"""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from app.errors import PROBLEM, PROBLEM_SCHEMA

TITLE = "Sanku"
_JSON = "application/json"
_BINARY = {"type": "string", "format": "binary"}
_REFUSALS_OF_THE_FRAMEWORK = ("HTTPValidationError", "ValidationError")
"""What FastAPI describes a 422 with where a route names none; the service answers with problems."""
_TEXT_TYPES = ("text/html", "text/event-stream", "text/plain")


def describe(app: FastAPI) -> None:
    """Make the application describe itself so."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _fit_for_generators(plain())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents it


def _fit_for_generators(described: dict[str, Any]) -> dict[str, Any]:
    described["info"]["title"] = TITLE
    schemas = described["components"]["schemas"]
    for framework in _REFUSALS_OF_THE_FRAMEWORK:
        schemas.pop(framework, None)
    for name, schema in schemas.items():
        schema["title"] = name
    schemas["Problem"] = PROBLEM_SCHEMA
    tags: dict[str, str] = {}
    for operation in operations(described):
        operation["tags"] = [_tag(tag, tags) for tag in operation.get("tags", ())]
        for status, answer in operation["responses"].items():
            _complete(status, answer)
    described["tags"] = [{"name": name, "description": text} for name, text in sorted(tags.items())]
    return described


def operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of a description."""
    for methods in described["paths"].values():
        yield from methods.values()


def _tag(tag: str, known: dict[str, str]) -> str:
    """The English words of a tag such as `技术合同 Contracts`, as a name; the whole tag describes it."""
    english = re.split(r"[^\x00-\x7f]", tag)[-1]
    name = "-".join(re.findall(r"[a-z0-9]+", english.lower()))
    known.setdefault(name, tag)
    return name


def _complete(status: str, answer: dict[str, Any]) -> None:
    content = answer.get("content", {})
    if status == "422" and content.pop(_JSON, None):
        content[PROBLEM] = {}
    if PROBLEM in content:
        content[PROBLEM]["schema"] = {"$ref": "#/components/schemas/Problem"}
    if not status.startswith("2") or status in ("204", "205"):
        return
    if not content:
        content = answer["content"] = {"*/*": {}}  # a file of whatever type was uploaded
    for kind, body in content.items():
        if kind == _JSON and not body.get("schema"):
            body["schema"] = {"type": "object", "additionalProperties": True}
        elif not body.get("schema"):
            body["schema"] = {"type": "string"} if kind.startswith(_TEXT_TYPES) else dict(_BINARY)
