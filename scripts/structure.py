"""How large and how connected the code is: a table for one checkout, to compare two of them.

    python scripts/structure.py [CHECKOUT] [--flows] [--files]

`--flows` also runs four flows on a new SQLite database and counts the files of `app/` in which a function ran (see
`flow_trace.py`); `--files` lists them.
"""

import argparse
import ast
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import grimp
import numpy as np
from flow_trace import flows
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

LONG_MODULE = 250
LONG_FUNCTION = 40

Edge = tuple[str, str]
"""Importer and imported."""


@dataclass(frozen=True, slots=True)
class Module:
    path: Path
    lines: int
    functions: tuple[int, ...]
    """Lines of each function."""


def modules_of(folder: Path) -> list[Module]:
    """Every Python file that is not empty."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        functions = tuple(
            (node.end_lineno or node.lineno) - node.lineno + 1
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        )
        if text:
            found.append(Module(path, len(text.splitlines()), functions))
    return found


def sizes(checkout: Path) -> Iterator[tuple[str, str]]:
    app, tests = modules_of(checkout / "app"), modules_of(checkout / "tests")
    lines = [module.lines for module in app]
    functions = [length for module in app for length in module.functions]
    long_modules = sum(length > LONG_MODULE for length in lines)
    long_functions = sum(length > LONG_FUNCTION for length in functions)
    flat = Counter(module.path.parent for module in app if module.path.name != "__init__.py")
    largest = ", ".join(f"{folder.relative_to(checkout)} {count}" for folder, count in flat.most_common(3))
    yield "lines of app/ and tests/", f"{sum(lines):,} and {sum(module.lines for module in tests):,}"
    yield "modules of app/ (not empty)", f"{len(lines)}"
    yield "lines a module: median/p90/max", f"{median(lines):.0f}/{ninetieth(lines):.0f}/{max(lines)}"
    yield f"modules over {LONG_MODULE} lines", f"{long_modules} ({long_modules / len(lines):.0%})"
    yield (
        "lines a function: median/p90/max",
        f"{median(functions):.0f}/{ninetieth(functions):.0f}/{max(functions)}",
    )
    yield (
        f"functions over {LONG_FUNCTION} lines",
        f"{long_functions} of {len(functions)} ({long_functions / len(functions):.1%})",
    )
    yield "largest folders (.py without __init__)", largest


def ninetieth(values: Sequence[int]) -> float:
    return quantiles(values, n=10)[-1]


def cycles(checkout: Path) -> Iterator[tuple[str, str]]:
    """Child packages that import their parent's own modules and are imported by them; two sibling packages, both ways;
    and cycles of any length between the children of a package, modules and packages alike.

    Only the last are cycles of modules: a package may well have models below its child packages and handlers above.
    """
    sys.path.insert(0, str(checkout))
    graph = grimp.build_graph("app", cache_dir=None)
    packages = sorted(module for module in graph.modules if graph.find_children(module))
    imports = {
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    }
    parents, siblings, groups = list[str](), list[str](), list[str]()
    for package in packages:
        edges = _between_children(package, imports, set(packages))
        pairs = [(a, b) for a, b in sorted(edges) if a < b and (b, a) in edges]
        parents += [package for a, _ in pairs if a == package != "app"]
        siblings += [f"{a} ↔ {b}" for a, b in pairs if a in packages and b in packages and a != package]
        groups += [
            f"{package}: {len(group)} ({', '.join(sorted(each.rpartition('.')[2] for each in group))})"
            for group in _cyclic(_between_children(package, imports))
        ]
    counted = [f"{package} {count}" for package, count in Counter(parents).items()]
    yield "own modules below and above a child", f"{len(parents)}: {_listed(counted)}"
    yield "sibling packages, both ways", f"{len(siblings)}: {_listed(siblings)}"
    yield "cycles among children", f"{len(groups)}: {_listed(groups)}"


def _between_children(
    package: str, imports: Collection[Edge], packages: Collection[str] = ()
) -> Collection[Edge]:
    """Imports inside the package as edges between its children; with `packages`, its own modules stand for itself."""

    def child(module: str) -> str:
        name = ".".join(module.split(".")[: package.count(".") + 2])
        return package if packages and name not in packages else name

    inside = f"{package}."
    named = {(child(a), child(b)) for a, b in imports if a.startswith(inside) and b.startswith(inside)}
    return {(a, b) for a, b in named if a != b}


def _cyclic(edges: Collection[Edge]) -> list[list[str]]:
    """The groups of nodes of which each reaches each other."""
    nodes = sorted({node for edge in edges for node in edge})
    if not nodes:
        return []
    rows, columns = zip(*((nodes.index(a), nodes.index(b)) for a, b in edges), strict=True)
    matrix = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(nodes), len(nodes)))
    count, labels = connected_components(matrix, directed=True, connection="strong")
    groups = [
        [node for node, label in zip(nodes, labels, strict=True) if label == one] for one in range(count)
    ]
    return [group for group in groups if len(group) > 1]


def _listed(pairs: Sequence[str]) -> str:
    return "; ".join(pair.replace("app.", "") for pair in pairs) or "none"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("checkout", nargs="?", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--flows", action="store_true", help="run four flows and count their files")
    parser.add_argument("--files", action="store_true", help="run them and list the files")
    options = parser.parse_args()
    checkout = options.checkout.resolve()
    table = [*sizes(checkout), *cycles(checkout)]
    traced = flows(checkout) if options.flows or options.files else {}
    table += [(f"files run through: {flow}", str(len(files))) for flow, files in traced.items()]
    width = max(len(label) for label, _ in table)
    for label, value in table:
        sys.stdout.write(f"{label:<{width}}  {value}\n")
    if options.files:
        for flow, files in traced.items():
            sys.stdout.write("\n".join([f"\n{flow}", *(f"  app/{name}" for name in sorted(files))]) + "\n")


if __name__ == "__main__":
    main()
