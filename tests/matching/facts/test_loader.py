"""Facts for rules come from one loader."""

import ast

from tests.support.paths import REPOSITORY

BUILDERS = {"demand_facts", "manager_facts"}
MODULES = {"app.matching.facts.from_records", "app.matching.facts.from_managers"}


def test_only_the_loader_makes_facts_of_demands_and_managers() -> None:
    """Elsewhere a call could forget the credit codes of excluded organisations, or the day."""
    importing = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "app").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module in MODULES
        and BUILDERS & {name.name for name in node.names}
    }
    # The other one knows neither codes nor a day: it is for the texts of any kind of record.
    assert importing == {"app/matching/facts/loader.py", "app/matching/facts/from_records.py"}
