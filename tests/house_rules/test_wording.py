"""Words that are not used, each with what to write instead."""

import functools
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house_rules.source import name_of
from tests.support.paths import REPOSITORY

# A pattern of whole words, in any case, and what to write instead.
BANNED = {
    r"out of the house|leaves the house|in the house": "outbound, external, in the service",
    r"worked off|work off": "processed, handled",
    r"comes round|come round": "is due, recurs",
    r"whoever|whomever": "a user who, those who",
    r"told": "notified, reported, shown, stated",
    r"he|him|his|himself|she|her|herself": "they, the manager",
    r"for ever": "always, permanently",
    r"laws?": "rule, property, invariant; a statute has its Chinese name",
}

TEXTS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs")
"""Besides the modules, of which comments, docstrings and other texts are read."""

ALLOWED = {
    ("docs/glossary.md", "*"): "the glossary lists old words beside the new ones",
    ("tests/house_rules/test_wording.py", "*"): "this list",
    ("tests/house_rules/test_documents.py", "*"): "a list of the same kind",
}


@functools.cache
def texts_of(path: Path) -> list[tuple[int, str]]:
    return list(_texts_of(path))


def _texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line number and text: of a module its comments and strings, of another file every line."""
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield from enumerate(content.splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            for offset, line in enumerate(token.string.splitlines()):
                yield token.start[0] + offset, line


def checked_files() -> list[Path]:
    files = [
        path for root in ("app", "scripts", "tests") for path in sorted((REPOSITORY / root).rglob("*.py"))
    ]
    for name in TEXTS:
        path = REPOSITORY / name
        files += sorted(path.rglob("*.md")) if path.is_dir() else [path] if path.exists() else []
    return files


@pytest.mark.parametrize("words", BANNED)
def test_a_banned_word_is_not_used(words: str) -> None:
    pattern = re.compile(rf"(?<![\w/`-])({words})(?![\w`])", re.IGNORECASE)
    found = [
        f"{name_of(path)}:{line}: {match.group()}"
        for path in checked_files()
        if (name_of(path), "*") not in ALLOWED
        for line, text in texts_of(path)
        for match in pattern.finditer(text)
    ]
    assert not found, f"{BANNED[words]}\n" + "\n".join(found)
