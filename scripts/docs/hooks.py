"""MkDocs hook: replaces `<!-- generated: NAME ARGUMENTS -->` in a page by what the code says.

A page keeps its introduction by hand, and its tables cannot differ from the code. MkDocs loads this file by its path;
`python -m mkdocs`, run in the repository root, makes `scripts` and `app` importable.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from scripts.docs import command_line, decisions, events, notices, operations, packages, settings

GENERATORS: Mapping[str, Callable[..., str]] = {
    "settings": settings.page,
    "command-line": command_line.page,
    "operations": operations.page,
    "decisions": decisions.index,
    "events": events.page,
    "jobs": events.jobs,
    "notices": notices.page,
    "packages": packages.page,
    "layers": packages.layers,
}

MARKER = re.compile(r"^<!-- generated: (?P<name>[a-z-]+)(?P<arguments>[^>]*) -->$", flags=re.MULTILINE)


def fill(markdown: str) -> str:
    """The page with every marker replaced.

    Raises:
        KeyError: a marker names no generator.
    """
    return MARKER.sub(
        lambda marker: GENERATORS[marker["name"]](*marker["arguments"].split()).rstrip(), markdown
    )


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Called by MkDocs for each page before it is rendered."""
    return fill(markdown)
