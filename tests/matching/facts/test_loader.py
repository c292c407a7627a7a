"""Facts for rules come from one loader."""

import ast

from tests.support.paths import REPOSITORY

BUILDERS = {"demand_facts", "manager_facts"}


def test_only_the_loader_makes_facts_of_demands_and_managers() -> None:
    """Elsewhere a call could forget the credit codes of excluded organisations, or the day."""
    importing = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "app").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module == "app.matching.facts.from_records"
        and BUILDERS & {name.name for name in node.names}
    }
    assert importing == {"app/matching/facts/loader.py"}
