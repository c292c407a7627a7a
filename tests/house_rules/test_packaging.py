"""The lock files and the image hold what the project needs."""

import ast
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house_rules.source import name_of, nodes
from tests.support.paths import APP, REPOSITORY


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


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_pin_but_torch_has_hashes(name: str) -> None:
    """Otherwise `make setup` would refuse a package, or take one of any content."""
    text = (REPOSITORY / f"{name}-hashes.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    hashed = dict[str, str]()
    for line in text.splitlines():
        if line and not line.startswith("#"):
            pin, *hashes = line.split()
            assert hashes
            assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), pin
            key, version = pin.split("==")
            hashed[key] = version
    pinned = _pins(f"{name}.lock")
    pinned.pop("torch", None)
    assert hashed == pinned, "run `make lock`"


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
        for node in nodes(file):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "app":
                waiting += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names if alias.name.split(".")[0] == "app"]
    assert needed == copied
