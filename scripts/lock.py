"""Writes requirements.lock and requirements-dev.lock: what is installed here of what pyproject.toml asks for.

Run it by `make lock` after an installation or an upgrade; read the difference before committing it. A pin carries no
local version (`torch==2.13.0`, not `2.13.0+cpu`), so that pip's own settings choose between builds of one release.

With the path of uv it also writes requirements-hashes.lock and requirements-dev-hashes.lock: the same pins with the
SHA-256 of all files that the index has of each, for whatever machine. torch is left out: its builds lie on indexes of
their own, and each has another hash.
"""

import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Written by `make lock` from pyproject.toml; do not edit.\n"

WITHOUT_HASHES = frozenset({"torch"})


def closure(asked: Iterable[Requirement]) -> dict[str, str]:
    """Name → version of every installed distribution that the requirements lead to, extras included.

    Raises:
        SystemExit: one is not installed, or not in the version asked for.
    """
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(requirement, frozenset[str]()) for requirement in asked]
    while waiting:
        requirement, parent_extras = waiting.pop()
        if not _applies(requirement, parent_extras):
            continue
        name = canonicalize_name(requirement.name)
        extras = frozenset(requirement.extras)
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            sys.exit(
                f"{requirement} is not installed: run `.venv/bin/pip install '{requirement}'`, then again"
            )
        if not requirement.specifier.contains(installed.version, prereleases=True):
            sys.exit(f"{requirement} is asked for, {installed.version} is installed")
        found[name] = Version(installed.version).public
        if (name, extras) not in seen:
            seen.add((name, extras))
            waiting += [(Requirement(line), extras) for line in installed.requires or []]
    return found


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in (extras or {""}))


def _write(path: Path, pins: dict[str, str], *, note: str) -> None:
    lines = sorted(f"{name}=={version}\n" for name, version in pins.items())
    path.write_text(HEADER + note + "".join(lines), encoding="utf-8")
    sys.stdout.write(f"{path.name}: {len(lines)} packages\n")


def _write_hashes(uv: str, path: Path, pins: dict[str, str], *, of: str) -> None:
    """The pins with the hashes of all their files, as the index names them.

    Raises:
        CalledProcessError: the index cannot be asked, or lacks a release; uv has said which.
    """
    asked = "".join(f"{name}=={version}\n" for name, version in pins.items() if name not in WITHOUT_HASHES)
    options = ("--no-deps", "--generate-hashes", "--no-header", "--no-annotate", "--upgrade", "--quiet")
    done = subprocess.run(  # noqa: S603 — the tool that `make lock` has installed
        [uv, "pip", "compile", "-", *options], input=asked, stdout=subprocess.PIPE, check=True, text=True
    )
    note = f"# The pins of {of} with the SHA-256 of every file, but {', '.join(WITHOUT_HASHES)}.\n"
    path.write_text(HEADER + note + done.stdout, encoding="utf-8")
    sys.stdout.write(f"{path.name}: {done.stdout.count('--hash=')} files\n")


def main() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    runtime = [Requirement(line) for line in project["dependencies"] + pyproject["build-system"]["requires"]]
    extra = [Requirement(line) for line in project["optional-dependencies"]["dev"]]
    pins = closure(runtime)
    _write(
        ROOT / "requirements.lock",
        pins,
        note="# torch: pip's settings (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL) choose the CPU or the CUDA build.\n",
    )
    added = {name: version for name, version in closure(extra).items() if name not in pins}
    _write(ROOT / "requirements-dev.lock", added, note="# On top of requirements.lock: tests and checks.\n")
    for uv in sys.argv[1:2]:
        _write_hashes(uv, ROOT / "requirements-hashes.lock", pins, of="requirements.lock")
        _write_hashes(uv, ROOT / "requirements-dev-hashes.lock", added, of="requirements-dev.lock")


if __name__ == "__main__":
    main()
