"""JSON schemas as Markdown: which ones some operations reach, the type of a value, a table for each object."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scripts.docs.markdown import code, table

Schema = Mapping[str, Any]

_PREFIX = "#/components/schemas/"


def reached(roots: Iterable[object], schemas: Mapping[str, Schema]) -> list[str]:
    """Names of all schemas that are referred to, directly or by another, in alphabetical order."""
    found: set[str] = set()
    waiting = [name for root in roots for name in _references(root)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return sorted(found)


def sections(names: Iterable[str], schemas: Mapping[str, Schema]) -> Iterator[str]:
    for name in names:
        schema = schemas[name]
        parts = [f"### {name}\n"]
        if text := schema.get("description"):
            parts.append(f"{' '.join(text.split())}\n")
        if "properties" in schema:
            parts.append(table(("property", "type", "meaning"), _properties(schema)))
        else:
            parts.append(f"{kind(schema)}\n")
        yield "\n".join(parts)


def kind(schema: Schema) -> str:
    """The type of a value in few words, with links to the schemas of this page."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_PREFIX)
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return ", ".join(code(one) for one in schema["enum"])
    if "const" in schema:
        return code(schema["const"])
    choices = [one for one in schema.get("anyOf", schema.get("oneOf", [])) if one.get("type") != "null"]
    if choices:
        return " or ".join(dict.fromkeys(kind(one) for one in choices))
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}))}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"map to {kind(schema['additionalProperties'])}"
    return str(schema.get("format") or schema.get("type") or "any")


def _properties(schema: Schema) -> Iterator[tuple[str, str, str]]:
    required = schema.get("required", ())
    for name, value in schema["properties"].items():
        title = value.get("title", "")
        # A title that only repeats the name says nothing.
        label = "" if title.replace(" ", "_").lower() == name else title
        meaning = ": ".join(part for part in (label, value.get("description", "")) if part)
        yield code(name) + (" *" if name in required else ""), kind(value), meaning


def _references(node: object) -> list[str]:
    text = json.dumps(node)
    return [part.split('"')[0] for part in text.split(f'"$ref": "{_PREFIX}')[1:]]
