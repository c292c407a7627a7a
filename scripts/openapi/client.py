"""Writes the types and operations of `sanku.client` from the OpenAPI description: `make client`."""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.openapi import methods, python_types
from scripts.openapi.python_types import Schema

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENT = ROOT / "sanku" / "client"
NOTE = "# Written by `make client` from the OpenAPI description; do not edit."

AREAS = {
    "accounts": ("accounts", "organisations", "users", "api-keys", "audit"),
    "engagements": ("engagements", "contracts"),
    "exchange": ("imports", "duplicates", "exports", "partners", "open-data"),
    "libraries": ("achievements", "demands", "managers", "vocabularies"),
    "matching": ("matching", "models"),
    "notifications": ("channels", "webhooks", "deliveries", "notices"),
    "pushes": ("pushes", "feedback"),
    "service": ("service", "events"),
    "statistics": ("statistics", "statistics-rows"),
    "talent": ("filings", "affiliations", "certificates", "trainings", "tiers"),
    "recognition": ("recognition", "rankings", "contests"),
}
"""The module of each tag."""


def write(described: Schema, client: Path) -> list[Path]:
    """Write every generated file into the package `client`, and return them.

    Raises:
        ValueError: an operation's tag has no module.
    """
    schemas = described["components"]["schemas"]
    operations = defaultdict[str, list[methods.Operation]](list)
    for path, by_method in described["paths"].items():
        for method, operation in by_method.items():
            tag, whole = operation["tags"][0], methods.inlined(operation, schemas)
            operations[tag].append(methods.Operation(method.upper(), path, whole))
    if homeless := operations.keys() - {tag for tags in AREAS.values() for tag in tags}:
        raise ValueError(f"name a module for {', '.join(sorted(homeless))} in AREAS")
    described_tags = {tag["name"]: tag["description"] for tag in described["tags"]}
    texts = {
        client / "operations" / f"{area}.py": _area(area, tags, operations, described_tags)
        for area, tags in AREAS.items()
    }
    texts[client / "operations" / "__init__.py"] = _all_areas()
    texts[client / "models.py"] = _models(described)
    for path, text in texts.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _format(list(texts))
    return list(texts)


def _area(
    area: str, tags: Iterable[str], operations: dict[str, list[methods.Operation]], titles: dict[str, str]
) -> str:
    parts = [f'"""Operations on {area}: {", ".join(tags)}."""', NOTE, methods.IMPORTS]
    for tag in tags:
        for is_async in (False, True):
            name = _class(tag, is_async)
            sender = "AsyncSender" if is_async else "Sender"
            parts.append(f'class {name}:\n    """{titles[tag]}."""\n')
            parts.append(
                f"    def __init__(self, client: {sender}) -> None:\n        self._client = client\n"
            )
            parts += [text for one in operations[tag] for text in one.methods(is_async=is_async)]
    return "\n\n".join(parts) + "\n"


def _class(tag: str, is_async: bool) -> str:
    return ("Async" if is_async else "") + "".join(part.capitalize() for part in tag.split("-"))


def _all_areas() -> str:
    parts = [
        '"""All operations, by the tags of the API."""',
        NOTE,
        "from sanku.client.calls import AsyncSender, Sender",
    ]
    for area, tags in AREAS.items():
        names = [_class(tag, is_async) for tag in tags for is_async in (False, True)]
        parts.append(f"from sanku.client.operations.{area} import {', '.join(sorted(names))}")
    for is_async in (False, True):
        lines = [
            f"class {'Async' if is_async else ''}Operations:",
            '    """The operations of a client, each tag under its name."""',
            "",
            f"    def __init__(self, client: {'Async' if is_async else ''}Sender) -> None:",
            *(
                f"        self.{tag.replace('-', '_')} = {_class(tag, is_async)}(client)"
                for tags in AREAS.values()
                for tag in tags
            ),
        ]
        parts.append("\n".join(lines))
    return "\n".join(parts) + "\n"


def _models(described: Schema) -> str:
    def named() -> Iterator[str]:
        for by_method in described["paths"].values():
            for operation in by_method.values():
                for part in ("parameters", "requestBody", "responses"):
                    yield from python_types.references(operation.get(part))

    # A form's fields are parameters.
    used = [name for name in named() if not name.startswith("Body_")]
    parts = [
        '"""The bodies of calls and answers: dictionaries with these keys and types."""',
        NOTE,
        "from typing import Any, Literal, NotRequired, TypedDict",
        *python_types.models(described, used),
    ]
    return "\n\n".join(parts) + "\n"


def _format(paths: list[Path]) -> None:
    """As the rest of the code, wherever the files are."""
    ours = ("--config", str(ROOT / "pyproject.toml"), "--config", "lint.isort.known-first-party=['sanku']")
    for command in (("check", "--select", "I,F401", "--fix", "--quiet"), ("format", "--quiet")):
        arguments = [sys.executable, "-m", "ruff", *command, *ours, *map(str, paths)]
        subprocess.run(arguments, check=True, cwd=ROOT)  # noqa: S603 -- files of ours


def main() -> None:
    from app.main import assemble

    for path in write(assemble().openapi(), CLIENT):
        sys.stdout.write(
            f"{path.relative_to(ROOT)}: {len(path.read_text(encoding='utf-8').splitlines())} lines\n"
        )


if __name__ == "__main__":
    main()
