"""What only one module may do: commit, read the environment, catch everything."""

import ast

from tests.house_rules.source import MODULES, calls, name_of, names, nodes
from tests.support.paths import APP


def test_only_the_database_module_commits() -> None:
    """One command, one transaction: a commit in the middle of one would leave half of it when the rest fails."""
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in MODULES
        for called, call in calls(path)
        if called == "commit" and path != APP / "database" / "engine.py"
    ]
    assert not found


def test_tables_are_read_by_name_in_one_place_only() -> None:
    """What a lower layer reads of an upper one is declared in one place, where those who change the table find it."""
    places = {"app/database/upper_tables.py"}
    found = {
        name_of(path)
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Base.metadata.tables")
    }
    assert found == places


def test_errors_come_from_the_domain_tree_only() -> None:
    """An HTTPException carries no Chinese message, no code and no field, and makes a service know of HTTP."""
    found = [
        f"{name_of(path)}:{line}"
        for path in MODULES
        for name, line in names(path)
        if "HTTPException" in name and path != APP / "errors" / "handlers.py"
    ]
    assert not found


def test_broad_handlers_stand_only_in_the_worker_loop_or_raise_again() -> None:
    """Elsewhere a broad handler swallows what somebody needs to see."""
    found = []
    for path in MODULES:
        for node in nodes(path):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
                last = node.body[-1]
                raises_again = isinstance(last, ast.Raise) and (last.exc is None or last.cause is not None)
                if not raises_again:
                    found.append(name_of(path))
    assert found == ["app/workers/worker.py"]


def _is_broad(caught: ast.expr | None) -> bool:
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(kind is None or ast.unparse(kind) in ("Exception", "BaseException") for kind in kinds)


def test_the_service_does_not_print() -> None:
    """Output is a log line with a correlation id, or a command's answer through typer or rich."""
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in MODULES
        for called, call in calls(path)
        if called == "print" and isinstance(call.func, ast.Name)
    ]
    assert not found


def test_only_settings_read_the_environment() -> None:
    found = [
        f"{name_of(path)}:{line}"
        for path in MODULES
        for name, line in names(path)
        if name in ("environ", "getenv", "environb")
    ]
    assert not found


def test_services_are_found_by_their_type_only() -> None:
    """A name in `app.state` has no type, and a missing one shows when it is read; `services` has both answers."""
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.Attribute)
        and node.attr == "state"
        and ast.unparse(node.value).rpartition(".")[2] == "app"
        and path not in (APP / "main.py", APP / "services.py")
    ]
    assert not found
