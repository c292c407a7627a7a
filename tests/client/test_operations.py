"""The client has every operation of the API, as the description has it."""

import inspect
import keyword
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sanku.client import AsyncClient, Call, Client, Upload
from sanku.client.operations import AsyncOperations, Operations
from scripts.openapi import client as generator
from scripts.openapi.compatibility import unaccepted
from tests.support.paths import REPOSITORY

BODIES = {"application/json": "body", "multipart/form-data": "files"}


class Recorder:
    """Takes the place of a client and keeps the call that it was to send."""

    def __init__(self) -> None:
        self.calls: list[Call[Any]] = []

    def send(self, call: Call[Any], into: Any = None) -> Any:
        self.calls.append(call)
        return self

    each = fetch = listen = send

    def __await__(self) -> Iterator[Any]:
        return iter(())


@pytest.fixture(scope="module")
def described(assembled: Any) -> dict[str, Any]:
    found: dict[str, Any] = assembled.openapi()
    return found


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def method_of(whole: Any, operation: dict[str, Any]) -> tuple[Any, str]:
    tag = operation["tags"][0].replace("-", "_")
    name = operation["operationId"].removeprefix(f"{tag}_")
    return getattr(whole, tag), f"{name}_" if keyword.iskeyword(name) else name


def test_the_client_is_as_the_description_makes_it(described: dict[str, Any], tmp_path: Path) -> None:
    """After a change of the API: `make client`."""
    written = generator.write(described, tmp_path)
    kept = REPOSITORY / "sanku" / "client"
    stale = [
        path.relative_to(tmp_path).as_posix()
        for path in written
        if path.read_text(encoding="utf-8") != (kept / path.relative_to(tmp_path)).read_text(encoding="utf-8")
    ]
    assert not stale
    known = {path.name for path in (kept / "operations").glob("*.py")}
    assert known == {path.name for path in written if path.parent.name == "operations"}


@pytest.mark.parametrize("kind", [Operations, AsyncOperations])
def test_every_operation_sends_what_is_described(described: dict[str, Any], kind: Any) -> None:
    recorder = Recorder()
    whole, wrong, seen = kind(recorder), [], 0
    for method, path, operation in operations(described):
        area, name = method_of(whole, operation)
        function = getattr(area, name)
        given = {one: _value(one) for one in inspect.signature(function).parameters}
        done = function(**given)
        if inspect.iscoroutine(done):
            with pytest.raises(StopIteration):
                done.send(None)
        call, seen = recorder.calls.pop(), seen + 1
        places: dict[str, set[str]] = {"path": set(), "query": set(), "header": set()}
        for one in operation.get("parameters", ()):
            places[one["in"]].add(one["name"])
        if hasattr(area, f"{name}_file"):
            places["query"].remove("format")
        content = operation.get("requestBody", {}).get("content", {})
        sent = {part for part in ("body", "form", "files") if getattr(call, part) is not None}
        if (
            (call.method, call.path) != (method, path)
            or (set(call.segments), set(call.query), set(call.headers))
            != (places["path"], places["query"], places["header"])
            or sent != {BODIES.get(media, "form") for media in content}
        ):
            wrong.append(operation["operationId"])
    assert not wrong
    assert seen > 300


def _value(name: str) -> Any:
    return Upload("a.csv", b"a") if name == "file" else "value"


def test_nothing_breaks_programs_unseen(described: dict[str, Any]) -> None:
    """A break on purpose stands in the changelog, and its line in scripts/openapi/accepted_breaks.txt."""
    assert unaccepted(described) == []


def test_every_parameter_and_answer_has_a_type(described: dict[str, Any]) -> None:
    untyped = []
    for kind in (Client, AsyncClient):
        with_areas = typing.cast(Any, kind("http://127.0.0.1:9"))
        for _, _, operation in operations(described):
            area, name = method_of(with_areas, operation)
            types = dict(inspect.signature(getattr(area, name)).parameters)
            hints = typing.get_type_hints(getattr(area, name))
            if Any in hints.values() or set(hints) != {*types, "return"}:
                untyped.append(operation["operationId"])
    assert not untyped
