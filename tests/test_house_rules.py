"""Rules of the house that a reader of the files can check; what they are for is said at each."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.settings import Settings
from tests.support.paths import APP, REPOSITORY

MODULES = sorted(APP.rglob("*.py"))
SKIPPED = {".git", ".venv", ".hypothesis", "node_modules", "build", "dist", "__pycache__"}

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60


def name_of(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=name_of(path))


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


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call and the last part of what is called: `session.commit()` → `commit`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def names(path: Path) -> Iterator[tuple[str, int]]:
    """Every name, attribute and imported name, with its line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
        elif isinstance(node, ast.alias):
            yield node.name.rpartition(".")[2], node.lineno


def test_only_the_database_module_commits() -> None:
    """One command, one transaction: a commit in the middle of one would leave half of it when the rest fails."""
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in MODULES
        for called, call in calls(path)
        if called == "commit" and path != APP / "database.py"
    ]
    assert not found


def test_errors_come_from_the_domain_tree_only() -> None:
    """An HTTPException carries no Chinese message, no code and no field, and makes a service know of HTTP."""
    found = [
        f"{name_of(path)}:{line}"
        for path in MODULES
        for name, line in names(path)
        if "HTTPException" in name and path != APP / "errors.py"
    ]
    assert not found


def test_broad_handlers_stand_only_in_the_worker_loop_or_raise_again() -> None:
    """Elsewhere a broad handler swallows what somebody needs to see."""
    found = []
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
                raises_again = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
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


def test_importing_the_service_neither_loads_torch_nor_connects() -> None:
    code = (
        "import socket, sys\n"
        "def refuse(*_): raise AssertionError('connected at import')\n"
        "socket.socket.connect = refuse\n"
        "import app.main, app.workers.worker, app.cli\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\n"
        "sys.exit(f'loaded at import: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_modules_and_functions_stay_small() -> None:
    """Every large code base has its monster: the page of the biggest concept, or the function that wires it."""
    found = []
    for path in MODULES:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MAX_MODULE_LINES:
            found.append(f"{name_of(path)}: {lines} lines")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    found.append(f"{name_of(path)}:{node.lineno} {node.name}: {length} lines")
    assert not found


def test_every_waiver_names_its_rule() -> None:
    """A blanket waiver hides the next mistake on its line too."""
    blanket = re.compile(r"#\s*(type:\s*ignore(?!\[)|noqa(?!:\s*[A-Z]+\d)|ruff:\s*noqa|mypy:)")
    found = [
        f"{name}:{number}"
        for name, text in own_texts()
        if name.endswith(".py")
        for number, line in enumerate(text.splitlines(), 1)
        if blanket.search(line)
    ]
    assert not found


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")
    assert not [name for name, text in own_texts() if marks.search(text)]


def test_the_repository_runs_anywhere() -> None:
    """No place of one machine and no package registry: pip's and npm's own settings say where packages are."""
    hosts = ("py" + "pi.org", "python" + "hosted", "npm" + "js.", "pytorch" + ".org", "deb." + "debian")
    options = ("index" + "-url", "find" + "-links", "trusted" + "-host")
    places = (r"/wo" + r"rk\b", "/ro" + r"ot\b", "/ho" + r"me/\w")
    marks = re.compile(
        "|".join(
            [re.escape(host) for host in hosts]
            + [f"--(extra-)?{option}" for option in options]
            + [rf"(?<![\w.]){place}" for place in places]
        )
    )
    found = [
        f"{name}: {hit.group()}"
        for name, text in own_texts()
        for hit in marks.finditer(text)
        if name != "LICENSE"
    ]
    assert not found


def test_only_tests_look_for_data_beside_the_checkout() -> None:
    beside = "../sha" + "red"
    found = [name for name, text in own_texts() if beside in text and not name.startswith("tests/")]
    assert not found


def test_the_example_shows_every_setting_with_its_default() -> None:
    text = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^# SANKU_([A-Z0-9_]+)=(.*)$", text, flags=re.MULTILINE))
    internal = {"DEMO"}
    assert shown.keys() == {name.upper() for name in Settings.model_fields} - internal
    for name, value in shown.items():
        default = Settings.model_fields[name.lower()].default
        if default is not None:
            given = Settings(_env_file=None, **{name.lower(): value})
            assert getattr(given, name.lower()) == default, name


def _pins(name: str) -> dict[str, str]:
    lines = (REPOSITORY / name).read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][\w.!]*", pin) for pin in pins), "only name==version"
    assert pins == sorted(pins)
    return dict(pin.split("==") for pin in pins)


def test_the_lock_holds_what_the_project_asks_for() -> None:
    """Both locks are plain pins without local versions, so that pip's settings choose torch's build."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime, extra = _pins("requirements.lock"), _pins("requirements-dev.lock")
    assert not runtime.keys() & extra.keys()
    for asked, pins in (
        (project["dependencies"], runtime),
        (project["optional-dependencies"]["dev"], runtime | extra),
    ):
        for requirement in map(Requirement, asked):
            pinned = pins.get(canonicalize_name(requirement.name), "")
            assert pinned, f"{requirement} is not in the lock: run `make lock`"
            assert requirement.specifier.contains(pinned), f"{requirement} against {pinned}: run `make lock`"


def test_the_image_prepares_the_model_from_files_that_are_there() -> None:
    """The image's model stage copies few files on purpose; an import outside them would break its build."""
    dockerfile = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
    stage = dockerfile.split("FROM dependencies AS model")[1].split("\nFROM ")[0].replace("\\\n", " ")
    copied = {
        file for line in re.findall(r"^COPY (.+)$", stage, flags=re.MULTILINE) for file in line.split()[:-1]
    }
    needed, waiting = set[str](), ["app.matching.embedding.model_files"]
    while waiting:
        path = APP.joinpath(*waiting.pop().split(".")[1:])
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if not file.exists() or name_of(file) in needed:
            continue
        needed |= {name_of(file)} | {
            name_of(parent / "__init__.py") for parent in file.parents if APP in (parent, *parent.parents)
        }
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "app":
                waiting += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names if alias.name.split(".")[0] == "app"]
    assert needed == copied


def test_every_setting_is_explained_to_operators() -> None:
    text = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    told = set(re.findall(r"SANKU_[A-Z0-9_]+", text))
    assert {f"SANKU_{name.upper()}" for name in Settings.model_fields} - told == set()


def test_decisions_are_numbered_in_their_order() -> None:
    text = (REPOSITORY / "docs" / "decisions.md").read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", text, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
