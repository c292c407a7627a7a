"""The repository's files, parsed once for all rules."""

import ast
import inspect
import os
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.paths import APP, REPOSITORY

MODULES = sorted(APP.rglob("*.py"))
GENERATED = "# Written by `make client`"
WRITTEN_CLIENT = sorted(
    path
    for path in (REPOSITORY / "sanku").rglob("*.py")
    if GENERATED not in path.read_text(encoding="utf-8")[:400]
)
"""What programs import, but for the modules that a script writes."""
SKIPPED = {".git", ".venv", ".hypothesis", "node_modules", "build", "dist", "__pycache__"}


def name_of(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=name_of(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All nodes of a module: to walk a tree takes longer than most rules."""
    return tuple(ast.walk(tree(path)))


def forget() -> None:
    """The trees are half a gigabyte, which no other test needs."""
    for kept in (tree, nodes, own_texts):
        kept.cache_clear()


@cache
def own_texts() -> list[tuple[str, str]]:
    """Every text file of the repository (generated folders left out): its name and its content."""
    texts = []
    for folder, folders, files in os.walk(REPOSITORY):
        folders[:] = [
            one for one in folders if one not in SKIPPED and not one.endswith(("_cache", ".egg-info"))
        ]
        for path in (Path(folder) / file for file in files if file not in SKIPPED):
            try:
                texts.append((name_of(path), path.read_text(encoding="utf-8")))
            except UnicodeDecodeError:
                continue
    return texts


def docstring_of(path: Path) -> str:
    """A module's docstring, "" without one. Only the module's beginning is read."""
    with path.open(encoding="utf-8") as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type == tokenize.STRING:
                return inspect.cleandoc(str(ast.literal_eval(token.string)))
            if token.type not in (tokenize.COMMENT, tokenize.NL):
                break
    return ""


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call and the last part of what is called: `session.commit()` → `commit`."""
    for node in nodes(path):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def names(path: Path) -> Iterator[tuple[str, int]]:
    """Every name, attribute and imported name, with its line."""
    for node in nodes(path):
        if isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
        elif isinstance(node, ast.alias):
            yield node.name.rpartition(".")[2], node.lineno
