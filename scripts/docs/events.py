"""The reference of events and of scheduled jobs, from the code: event → emitters → handlers."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import app
from app.events import catalogue
from app.events.domain_event import SUBJECT, DomainEvent
from app.events.handler import Effect, Handler
from app.handlers import HANDLERS
from app.schedule import JOBS
from scripts.docs.markdown import code, table
from scripts.docs.settings import duration

SOURCE = Path(str(app.__file__)).parent

SECTIONS: tuple[tuple[str, ModuleType], ...] = (
    ("Records and organisations", catalogue.records),
    ("Accounts", catalogue.accounts),
    ("Matching", catalogue.matching),
    ("Pushes", catalogue.pushes),
    ("Engagements and tasks", catalogue.engagements),
    ("Contracts", catalogue.contracts),
    ("Talent", catalogue.talent),
    ("Notifications", catalogue.notifications),
)


def page() -> str:
    """A table for each module of the catalogue."""
    return "\n".join(f"## {title}\n\n{_table(module)}" for title, module in SECTIONS)


def jobs() -> str:
    """The scheduled jobs; training is one more where an interval is set for it."""
    rows = ((code(job.name), duration(job.every), _first_sentence(job.write or job.run)) for job in JOBS)
    return table(("job", "every", "what it does"), rows)


def emitters() -> Mapping[str, list[str]]:
    """Event class → the modules that make events of it."""
    found: dict[str, list[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if SOURCE / "events" / "catalogue" in path.parents or path == SOURCE / "handlers.py":
            continue
        for name in sorted(set(_made_in(ast.parse(path.read_text(encoding="utf-8"))))):
            found.setdefault(name, []).append(path.relative_to(SOURCE).as_posix())
    return found


def _table(module: ModuleType) -> str:
    makers = emitters_once()
    rows = (
        (
            _named(event),
            _payload(event),
            _modules(makers.get(event.__name__, [])),
            _follows(event),
        )
        for event in HANDLERS
        if event.__module__ == module.__name__
    )
    return table(("event", "payload", "emitted by", "what follows, in this order"), rows)


@cache
def emitters_once() -> Mapping[str, list[str]]:
    return emitters()


def _named(event: type[DomainEvent]) -> str:
    """The name, and what has happened; a dataclass without a docstring has its signature in its place."""
    text = event.__doc__ or ""
    own = not text.startswith(f"{event.__name__}(")
    return code(event.name) + (f"<br>{inspect.cleandoc(text)}" if text and own else "")


def _payload(event: type[DomainEvent]) -> str:
    return ", ".join(code(each.name) for each in fields(event) if each.name != SUBJECT) or "–"


def _modules(paths: list[str]) -> str:
    return "<br>".join(code(path) for path in paths)


def _follows(event: type[DomainEvent]) -> str:
    """What the handlers say of themselves."""
    return "<br>".join(_effect(handler) for handler in HANDLERS[event]) or "nothing; for the record"


def _effect(handler: Handler | Effect) -> str:
    function = handler.apply if isinstance(handler, Handler) else handler
    return f"{code(function.__name__)} — {_first_sentence(function)}"


def _first_sentence(function: Any) -> str:
    text = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
    return text.split(". ")[0].rstrip(".")


def _made_in(node: ast.AST) -> Iterator[str]:
    """Names of event classes that the code calls, passes on, or keeps in a table to choose from."""
    known = set(catalogue.__all__)
    for each in ast.walk(node):
        match each:
            case ast.Call(func=ast.Name(id=name)) if name in known:
                yield name
            case ast.Call(args=arguments):
                yield from (one.id for one in arguments if isinstance(one, ast.Name) and one.id in known)
            case ast.Dict(values=values):
                named = (one for value in values for one in ast.walk(value) if isinstance(one, ast.Name))
                yield from (one.id for one in named if one.id in known)
            case ast.IfExp(body=ast.Name(id=one), orelse=ast.Name(id=other)):
                yield from (name for name in (one, other) if name in known)
