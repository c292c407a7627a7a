"""Importing a module has no effects."""

import ast
import subprocess
import sys

import pytest

from tests.house_rules.source import MODULES, name_of, tree
from tests.support.paths import REPOSITORY


def test_nothing_is_set_up_at_import() -> None:
    """A module that reads settings, connects or loads a model at import cannot be tested or imported safely."""
    made = {"Settings", "load_settings", "Database", "create_engine", "SentenceTransformer", "create_app"}
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        for statement in tree(path).body
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in made
    ]
    assert not found


@pytest.mark.slow
def test_importing_the_service_neither_loads_torch_nor_connects() -> None:
    code = (
        "import socket, sys\n"
        "def refuse(*_): raise AssertionError('connected at import')\n"
        "socket.socket.connect = refuse\n"
        "import app.main, app.workers.worker, app.cli\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'scipy.optimize'} & set(sys.modules)\n"
        "sys.exit(f'loaded at import: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
