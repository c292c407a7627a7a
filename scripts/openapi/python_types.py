"""Python's types for the schemas of an OpenAPI description: TypedDicts for objects, Literals for closed lists."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def class_name(name: str) -> str:
    """`Page_RecordSummary_` → `PageOfRecordSummary`, `Indicator-Input` → `IndicatorInput`."""
    generic = re.fullmatch(r"(\w+?)_(\w+)_", name)
    if generic:
        return f"{generic[1]}Of{generic[2]}"
    return re.sub(r"[^A-Za-z0-9]", "", name)


def referenced(schema: Schema) -> str | None:
    """The component that a schema is, by its name."""
    reference = schema.get("$ref")
    return str(reference).rpartition("/")[2] if reference else None


def expression(schema: Schema, *, sequence: str = "list", prefix: str = "") -> str:
    """A type as Python writes it. `sequence` names what an array is, `prefix` where the models are (`models.`)."""
    if name := referenced(schema):
        return prefix + class_name(name)
    if "const" in schema:
        return f"Literal[{_literal(schema['const'])}]"
    if "enum" in schema:
        return f"Literal[{', '.join(map(_literal, schema['enum']))}]"
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            kinds = [expression(one, sequence=sequence, prefix=prefix) for one in schema[choice]]
            return " | ".join(sorted(dict.fromkeys(kinds), key=lambda kind: kind == "None"))
    match schema.get("type"):
        case "array":
            items = schema.get("items") or {}
            return f"{sequence}[{expression(items, sequence=sequence, prefix=prefix)}]"
        case "object":
            values = schema.get("additionalProperties")
            inner = (
                expression(values, sequence=sequence, prefix=prefix) if isinstance(values, Mapping) else "Any"
            )
            return f"dict[str, {inner}]"
        case str() as plain:
            return _PLAIN[plain]
    return "Any"


def models(described: Schema, used: Iterable[str]) -> Iterator[str]:
    """Definitions of these components and of all that they lead to, each behind what it needs."""
    schemas = described["components"]["schemas"]
    needs = {name: set(references(schemas[name])) for name in schemas}
    done: set[str] = set()

    def definitions(names: Iterable[str]) -> Iterator[str]:
        for name in sorted(names, key=class_name):
            if name not in done:
                done.add(name)
                yield from definitions(needs[name])
                yield _definition(class_name(name), schemas[name])

    yield from definitions(set(used))


def references(node: object) -> Iterator[str]:
    """Every component that is named anywhere below, by its name."""
    if isinstance(node, Mapping):
        if "$ref" in node:
            yield str(node["$ref"]).rpartition("/")[2]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def _literal(value: object) -> str:
    return repr(value) if isinstance(value, bool) or value is None else json.dumps(value, ensure_ascii=False)


def _definition(name: str, schema: Schema) -> str:
    if "properties" not in schema:
        return f"{name} = {expression(schema)}"
    required = set(schema.get("required", ()))
    kinds = {
        field: expression(one) if field in required else f"NotRequired[{expression(one)}]"
        for field, one in schema["properties"].items()
    }
    if all(field.isidentifier() and field != "from" for field in kinds):
        fields = "\n".join(f"    {field}: {kind}" for field, kind in kinds.items())
        return f"class {name}(TypedDict):\n{fields}"
    # A key that is a word of Python's fits only the other form, which needs quotes around names that come later.
    fields = ", ".join(f'"{field}": "{kind}"' for field, kind in kinds.items())
    return f'{name} = TypedDict("{name}", {{{fields}}})'
