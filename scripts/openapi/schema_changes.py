"""What breaks between two versions of a schema, for those who send a value of it and those who read one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]

SENT, READ = "sent", "read"
ANY = "any"
_AT_MOST = ("maxLength", "maximum", "maxItems", "exclusiveMaximum")
_AT_LEAST = ("minLength", "minimum", "minItems", "exclusiveMinimum")

_LENGTHS = {"uuid": 36, "date": 10}


@dataclass
class Comparison:
    """Compares schemas of two descriptions, each pair of named ones once in each direction.

    Of several objects in one `anyOf` the last is compared.
    """

    old: Schema
    new: Schema
    found: set[str] = field(default_factory=set)
    _seen: set[tuple[str, str, str]] = field(default_factory=set)

    def compare(self, before: Schema, after: Schema, place: str, way: str) -> None:
        """Add to `found` what breaks for values that are sent or read at this place."""
        names = str(before.get("$ref", "")), str(after.get("$ref", ""))
        if all(names):
            if (*names, way) in self._seen:
                return
            self._seen.add((*names, way))
            place = f"{names[0].rpartition('/')[2]} as {way}"
        old, new = _kinds(before, self.old), _kinds(after, self.new)
        if way == SENT:
            self.found.update(f"{place}: {kind} is not taken" for kind in old if not _covers(new, kind))
        else:
            self.found.update(f"{place}: may be {kind}" for kind in new if not _covers(old, kind))
        for kind in old.keys() & new.keys():
            self._within(old[kind], new[kind], place, way)

    def _within(self, before: Schema, after: Schema, place: str, way: str) -> None:
        """Two schemas of the same type."""
        if way == SENT:
            self._values(before, after, place)
            self._limits(before, after, place)
        if "properties" in before:
            self._fields(before, after, place, way)
        for inner in ("items", "additionalProperties"):
            old, new = before.get(inner), after.get(inner)
            if isinstance(old, Mapping) and isinstance(new, Mapping):
                self.compare(old, new, f"{place}[]", way)

    def _values(self, before: Schema, after: Schema, place: str) -> None:
        old, new = _listed(before), _listed(after)
        if new is not None and old is None:
            self.found.add(f"{place}: only some values are taken")
        elif new is not None and old is not None:
            self.found.update(f"{place}: the value {value} is not taken" for value in old if value not in new)

    def _limits(self, before: Schema, after: Schema, place: str) -> None:
        for name in (*_AT_MOST, *_AT_LEAST):
            old, new = before.get(name, _implied(before, name)), after.get(name)
            sign = 1 if name in _AT_MOST else -1
            if new is not None and (old is None or sign * new < sign * old):
                self.found.add(f"{place}: {name} is {new}")
        if after.get("pattern") not in (None, before.get("pattern")):
            self.found.add(f"{place}: another pattern is asked for")

    def _fields(self, before: Schema, after: Schema, place: str, way: str) -> None:
        old, new = before["properties"], after.get("properties", {})
        was, now = set(before.get("required", ())), set(after.get("required", ()))
        for name, schema in old.items():
            if name in new:
                self.compare(schema, new[name], f"{place} {name}", way)
            elif way == READ or after.get("additionalProperties") is False:
                self.found.add(f"{place}: the field {name} is gone")
        if way == SENT:
            self.found.update(f"{place}: the field {name} is required" for name in now - was)
        else:
            self.found.update(
                f"{place}: the field {name} may be missing" for name in (was - now) & new.keys()
            )


def _kinds(schema: Schema, described: Schema) -> dict[str, Schema]:
    """The types that a value may have, each with its schema; `any` without a type."""
    if "$ref" in schema:
        return _kinds(described["components"]["schemas"][schema["$ref"].rpartition("/")[2]], described)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return {kind: one for part in schema[choice] for kind, one in _kinds(part, described).items()}
    return {str(schema.get("type", "string" if "const" in schema else ANY)): schema}


def _implied(schema: Schema, name: str) -> int | None:
    """The length that a format has, so that a text which may be more than an id takes no id away."""
    return _LENGTHS.get(schema.get("format", "")) if name in ("minLength", "maxLength") else None


def _covers(kinds: Mapping[str, Schema], kind: str) -> bool:
    return bool(kinds.keys() & {kind, ANY}) or (kind == "integer" and "number" in kinds)


def _listed(schema: Schema) -> list[Any] | None:
    """The values of a closed list; None for an open one."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if values is None else list(values)
