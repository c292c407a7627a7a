"""The command line reference, from the typer application."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

from app.cli import cli
from scripts.docs.markdown import code, table


def page() -> str:
    return "\n".join(_sections(typer.main.get_command(cli), "sanku"))


def _sections(command: Any, path: str) -> Iterator[str]:
    """One section for each command, those of a group below each other."""
    if isinstance(command, TyperGroup):
        for name, child in command.commands.items():
            yield from _sections(child, f"{path} {name}")
        return
    context = typer.Context(command, info_name=path)
    usage = command.get_usage(context).removeprefix("Usage: ")
    records = [record for one in command.params if (record := one.get_help_record(context))]
    rows = [(code(names), meaning) for names, meaning in records]
    options = table(("argument or option", "meaning"), rows) if rows else ""
    yield f"## {path}\n\n{_paragraphs(command.help or '')}\n```text\n{usage}\n```\n\n{options}"


def _paragraphs(text: str) -> str:
    return "\n".join(f"{' '.join(part.split())}\n" for part in text.split("\n\n"))
