"""The methods of a client for one operation of an OpenAPI description."""

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.openapi.python_types import Schema, expression

IMPORTS = """\
import builtins
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal
from uuid import UUID

from sanku.client import models
from sanku.client.answers import Answer, Event, File
from sanku.client.calls import AsyncSender, Call, Sender, Upload, new_key"""

JSON, FORM, MULTIPART, EVENTS = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/event-stream",
)
KEY, VERSION = "Idempotency-Key", "If-Match"
_FORMATS = {"uuid": "UUID | str", "date": "date | str", "date-time": "datetime | str"}
_LINE = 104


@dataclass(frozen=True)
class _Signature:
    """Parameters as Python declares them, and the arguments of the call that they fill."""

    positional: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)

    def declared(self, *more: str) -> str:
        named = [*self.named, *more]
        return ", ".join(["self", *self.positional, *(["*", *named] if named else [])])


@dataclass(frozen=True)
class Operation:
    """An operation as the description has it."""

    method: str
    path: str
    described: Mapping[str, Any]

    @property
    def name(self) -> str:
        """`demands_create` of the tag `demands` → `create`."""
        tag = self.described["tags"][0].replace("-", "_")
        return _python_name(str(self.described["operationId"]).removeprefix(f"{tag}_"))

    def methods(self, *, is_async: bool) -> Iterator[str]:
        """The method for its answer, and more where it is a list, or comes as a file as well."""
        content = self._success()
        if EVENTS in content:
            yield self._method(self.name, "Event", "listen", is_async=is_async)
            return
        json_body = content.get(JSON, {}).get("schema")
        files = content.keys() - {JSON}
        if json_body is not None or not content:
            kind = "None" if json_body is None else _answer(json_body)
            yield self._method(
                self.name, kind, "send", is_async=is_async, left_out=frozenset({"format"} if files else ())
            )
            if self._is_list(content):
                yield self._method(
                    f"{self.name}_all",
                    _item(kind),
                    "each",
                    is_async=is_async,
                    left_out=frozenset({"cursor"}),
                    body=kind,
                )
        if files:
            name = f"{self.name}_file" if json_body is not None else self.name
            yield self._method(name, "File", "fetch", is_async=is_async)

    def _method(
        self,
        name: str,
        kind: str,
        through: str,
        *,
        is_async: bool,
        left_out: frozenset[str] = frozenset(),
        body: str = "",
    ) -> str:
        signature = self._signature(left_out)
        call_of = {"send": kind, "each": body, "fetch": "bytes", "listen": "str"}[through]
        iterates = through in ("each", "listen")
        returned = {"send": f"Answer[{kind}]", "fetch": "File"}.get(
            through, f"{'AsyncIterator' if is_async else 'Iterator'}[{kind}]"
        )
        more = ("into: BinaryIO | None = None",) if through == "fetch" else ()
        call = ", ".join([f'"{self.method}"', f'"{self.path}"', *signature.arguments])
        sent = f"self._client.{through}(Call[{call_of}]({call}){', into' if more else ''})"
        waits = is_async and not iterates
        prefix = "async " if waits else ""
        return (
            f"    {prefix}def {name}({signature.declared(*more)}) -> {returned}:\n"
            f'        """{self._summary(through)}"""\n'
            f"        return {'await ' if waits else ''}{sent}\n"
        )

    def _summary(self, through: str) -> str:
        summary = re.sub(r"[\\\"]", "", self.described["summary"]).rstrip("。.")
        ending = {"each": ", item by item", "fetch": ", as a file"}.get(through, "")
        place = f" (`{self.method} {self.path}`){ending}."
        return summary[: (_LINE - len(place)) // 2] + place  # a Chinese character is as wide as two letters

    def _success(self) -> Mapping[str, Any]:
        for status, answer in self.described["responses"].items():
            if status.startswith("2"):
                content: Mapping[str, Any] = answer.get("content", {})
                return content
        raise ValueError(f"{self.method} {self.path}: no success is described")

    def _is_list(self, content: Mapping[str, Any]) -> bool:
        names = {one["name"] for one in self.described.get("parameters", ())}
        return JSON in content and "cursor" in names and "Page_" in str(content[JSON]["schema"].get("$ref"))

    def _signature(self, left_out: frozenset[str]) -> _Signature:
        signature = _Signature()
        places: dict[str, list[str]] = {"path": [], "query": [], "header": []}
        optional = []
        for one in self.described.get("parameters", ()):
            if one["name"] in left_out:
                continue
            name, kind = _python_name(one["name"]), _parameter(one)
            if one["in"] == "path":
                signature.positional.append(f"{name}: {kind}")
            elif one.get("required") or self._needs_version(one["name"]):
                signature.named.append(f"{name}: {kind.removesuffix(' | None')}")
            else:
                optional.append(f"{name}: {kind.removesuffix(' | None')} | None = None")
            value = f"{name} or new_key()" if one["name"] == KEY else name
            places[one["in"]].append(f'"{one["name"]}": {value}')
        optional += self._body(signature)
        signature.named.extend(optional)
        arguments = [
            f"{argument}={{{', '.join(given)}}}"
            for argument, given in zip(("segments", "query", "headers"), places.values(), strict=True)
            if given
        ]
        signature.arguments[:0] = arguments
        return signature

    def _needs_version(self, name: str) -> bool:
        """Whether this is the version without which the operation is refused. A PUT may be the first of its kind."""
        return name == VERSION and "428" in self.described["responses"] and self.method != "PUT"

    def _body(self, signature: _Signature) -> list[str]:
        """Adds the parameters of the body and returns those that may be left out."""
        asked = self.described.get("requestBody")
        if asked is None:
            return []
        ((media, body),) = asked["content"].items()
        if media == JSON:
            kind = expression(body["schema"], sequence="Sequence", prefix="models.")
            signature.arguments.append("body=body")
            if asked.get("required"):
                signature.positional.append(f"body: {kind}")
                return []
            return [f"body: {kind.removesuffix(' | None')} | None = None"]
        return self._fields(signature, body["schema"], "files" if media == MULTIPART else "form")

    def _fields(self, signature: _Signature, schema: Schema, argument: str) -> list[str]:
        optional, given = [], []
        for name, one in schema["properties"].items():
            kind = "Upload | Path" if one.get("format") == "binary" else "str"
            if name in schema.get("required", ()):
                signature.positional.append(f"{_python_name(name)}: {kind}")
            else:
                optional.append(f"{_python_name(name)}: {kind} | None = None")
            given.append(f'"{name}": {_python_name(name)}')
        signature.arguments.append(f"{argument}={{{', '.join(given)}}}")
        return optional


def inlined(operation: Mapping[str, Any], schemas: Schema) -> dict[str, Any]:
    """The operation with the schema of a form in place of its name, since its fields become parameters."""
    asked = operation.get("requestBody")
    if asked is None or JSON in asked["content"]:
        return dict(operation)
    ((media, body),) = asked["content"].items()
    name = str(body["schema"].get("$ref", "")).rpartition("/")[2]
    schema = schemas[name] if name else body["schema"]
    return {**operation, "requestBody": {**asked, "content": {media: {"schema": schema}}}}


def _python_name(name: str) -> str:
    plain = re.sub(r"\W", "_", name).lower() if "-" in name else name
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def _parameter(one: Schema) -> str:
    if one["name"] == VERSION:
        return "Answer[Any] | str"
    kinds = [_value(choice) for choice in one["schema"].get("anyOf", [one["schema"]])]
    return " | ".join(sorted(dict.fromkeys(kinds), key=lambda kind: kind == "None"))


def _value(schema: Schema) -> str:
    """The type of a value in a path or query, which may be given as Python has it (a UUID, a date) or as text."""
    if schema.get("type") == "array":
        return f"Sequence[{_value(schema['items'])}]"
    return _FORMATS.get(schema.get("format", "")) or expression(schema, prefix="models.")


def _answer(schema: Schema) -> str:
    # `list` is the name of a method in many of these classes.
    return expression(schema, sequence="builtins.list", prefix="models.").replace(" dict[", " builtins.dict[")


def _item(kind: str) -> str:
    """`models.PageOfUserOut` → `models.UserOut`."""
    return f"models.{kind.rpartition('PageOf')[2]}"
