"""The API reference, from OpenAPI: the operations of some tags, and the schemas that they use."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from fastapi import FastAPI

from app.main import ROUTERS
from scripts.docs import schemas
from scripts.docs.markdown import code, table

Described = Mapping[str, Any]


@cache
def described() -> Described:
    """The OpenAPI document of all routes; needs neither a database nor a model."""
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    return app.openapi()


def word(tag: str) -> str:
    """`年度认定 Recognition` → `recognition`: how a page names a tag."""
    return tag.split()[-1].lower()


def tags() -> set[str]:
    return {word(tag) for operations in described()["paths"].values() for tag in _tags(operations)}


def page(*wanted: str) -> str:
    """Raises:
    ValueError: a tag that no operation has.
    """
    if unknown := set(wanted) - tags():
        raise ValueError(f"no operation has the tag {', '.join(sorted(unknown))}")
    chosen = [
        (path, method, operation)
        for path, operations in described()["paths"].items()
        for method, operation in operations.items()
        if word(operation["tags"][0]) in wanted
    ]
    chosen.sort(key=lambda one: wanted.index(word(one[2]["tags"][0])))
    parts, tag = [], ""
    for path, method, operation in chosen:
        if operation["tags"][0] != tag:
            tag = operation["tags"][0]
            parts.append(f"## {tag[0].upper()}{tag[1:]}\n")
        parts.append(_operation(path, method, operation))
    used = schemas.reached([one[2] for one in chosen], described()["components"]["schemas"])
    return "\n".join([*parts, "## Schemas\n", *schemas.sections(used, described()["components"]["schemas"])])


def _tags(operations: Mapping[str, Any]) -> Iterator[str]:
    return (operation["tags"][0] for operation in operations.values())


def _operation(path: str, method: str, operation: Described) -> str:
    parts = [f"### {method.upper()} {path}\n", f"**{operation['summary']}**\n"]
    if text := operation.get("description"):
        parts.append(f"{text}\n")
    if parameters := operation.get("parameters"):
        parts.append(table(("parameter", "in", "type", "meaning"), _parameters(parameters)))
    body = ", ".join(_bodies(operation.get("requestBody", {}).get("content", {})))
    answers = "; ".join(_answers(operation["responses"]))
    parts.append((f"Body: {body}\n\n" if body else "") + f"Answers: {answers}\n")
    return "\n".join(parts)


def _parameters(parameters: Iterable[Described]) -> Iterator[tuple[str, ...]]:
    for parameter in parameters:
        name = code(parameter["name"]) + (" *" if parameter.get("required") else "")
        yield name, parameter["in"], schemas.kind(parameter["schema"]), parameter.get("description", "")


def _bodies(content: Described) -> Iterator[str]:
    for media, body in content.items():
        yield schemas.kind(body.get("schema", {})) + ("" if media == "application/json" else f" ({media})")


def _answers(responses: Described) -> Iterator[str]:
    """Success with its schema, errors by their status alone: their form is the same everywhere."""
    for status, response in responses.items():
        if status.startswith("2"):
            body = ", ".join(_bodies(response.get("content", {})))
            yield f"{status} {body}".strip()
    failures = [status for status in responses if not status.startswith("2")]
    if failures:
        yield "errors " + ", ".join(failures)
