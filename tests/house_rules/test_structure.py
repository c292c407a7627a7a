"""Sizes of modules, functions and folders; what modules are called and say of themselves."""

import ast
from collections import Counter, defaultdict

from tests.house_rules.source import MODULES, WRITTEN_CLIENT, docstring_of, name_of, nodes, tree
from tests.support.paths import REPOSITORY

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_MODULES_IN_A_FOLDER = 12
MAX_SUMMARY_CHARACTERS = 120

ROOTS = ("app", "sanku", "tests", "scripts")
CHECKED = sorted(path for root in ROOTS for path in (REPOSITORY / root).rglob("*.py"))

# Words on "-ing" that are nouns of the field. Another one says what somebody does, not what the module is.
NOUNS_ON_ING = {
    "embedding",
    "filing",
    "folding",  # Unicode's term, as in "case folding"
    "indexing",
    "landing",
    "listing",
    "loading",
    "mapping",
    "matching",
    "opening",
    "ordering",
    "paging",
    "planning",
    "pricing",
    "publishing",
    "ranking",
    "ring",  # as in "key ring"
    "routing",
    "string",
    "training",
    "working",  # as in "working time"
}

# Names that modules once had, and where a newcomer looks today.
BANNED_NAMES = {
    "again": "repush_explanation",
    "candidate_rows": "candidates/loader",
    "codes_spots": "facet_index",
    "courier": "workers/concurrent_worker",
    "crew": "workers/worker_threads",
    "days": "clock",
    "exposures": "impressions",
    "handover": "overdue_reassignment",
    "judged": "judged_sets",
    "kinds": "enums",
    "lanes": "ordering",
    "moves": "transitions",
    "numbers": "reference_numbers",
    "observe": "observability",
    "own": "routing",
    "pairs": "matcher",
    "places": "plan",
    "read_ahead": "prefetch",
    "rhythm": "schedule",
    "sides": "loader",
    "spots": "pii_detection",
    "stages": "transitions",
    "standing": "snapshot",
    "steps": "transitions",
    "throwaway": "ephemeral_store",
    "usual": "corpus_statistics",
    "word": "refusals",
}


def test_modules_and_functions_stay_small() -> None:
    """Every large code base has its monster: the page of the biggest concept, or the function that wires it."""
    found = []
    for path in [*MODULES, *WRITTEN_CLIENT]:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MAX_MODULE_LINES:
            found.append(f"{name_of(path)}: {lines} lines")
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    found.append(f"{name_of(path)}:{node.lineno} {node.name}: {length} lines")
    assert not found


def test_folders_stay_small() -> None:
    """A folder that is read at a glance; `__init__.py` and `conftest.py` are not counted."""
    modules = Counter(path.parent for path in CHECKED if path.name not in ("__init__.py", "conftest.py"))
    assert not {
        name_of(folder): number for folder, number in modules.items() if number > MAX_MODULES_IN_A_FOLDER
    }


def test_modules_are_called_by_nouns() -> None:
    """A newcomer searches for the thing; "telling" or "passing_on" is found only by who wrote it."""
    found = []
    for path in [*MODULES, *WRITTEN_CLIENT]:
        name = path.parent.name if path.name == "__init__.py" else path.stem
        if name in BANNED_NAMES:
            found.append(f"{name_of(path)}: its name today is {BANNED_NAMES[name]}")
        gerunds = [word for word in name.split("_") if word.endswith("ing") and word not in NOUNS_ON_ING]
        if gerunds:
            found.append(f"{name_of(path)}: {', '.join(gerunds)} is no noun of the field")
    assert not found


def test_a_public_class_has_a_name_of_its_own() -> None:
    """Two classes of one name are two hits of every search, and one of them is the wrong one."""
    places = defaultdict(list)
    for path in MODULES:
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name_of(path))
    assert not {name: paths for name, paths in places.items() if len(paths) > 1}


def test_every_module_says_in_one_line_what_it_is() -> None:
    found = []
    for path in CHECKED:
        summary = docstring_of(path).split("\n\n")[0]
        if not summary:
            found.append(f"{name_of(path)}: no docstring")
        elif "\n" in summary or len(summary) > MAX_SUMMARY_CHARACTERS:
            found.append(f"{name_of(path)}: a summary of more than one line")
    assert not found
