"""The map of the code: every package with the first line of its docstring, and the order of the layers."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.docs.markdown import code, table

ROOT = Path(__file__).resolve().parents[2]


def page() -> str:
    """A table for each package of `app`, with the packages below it."""
    parts = []
    for package in sorted(path.parent for path in (ROOT / "app").glob("*/__init__.py")):
        below = [path.parent for path in sorted(package.rglob("__init__.py"))]
        parts.append(table(("folder", "content"), _rows(below)))
    return "\n".join(parts)


def layers() -> str:
    """The layers of `app` from top to bottom, as import-linter checks them."""
    contracts: list[dict[str, Any]] = _pyproject()["tool"]["importlinter"]["contracts"]
    found = next(one["layers"] for one in contracts if one.get("containers") == ["app"])
    return " → ".join(", ".join(code(part) for part in layer.split(" | ")) for layer in found) + "\n"


def _rows(packages: list[Path]) -> Iterator[tuple[str, str]]:
    for package in packages:
        name = package.relative_to(ROOT).as_posix()
        text = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""
        yield code(f"{name}/"), text.partition("\n")[0]


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
