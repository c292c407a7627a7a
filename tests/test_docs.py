"""The documentation: guides call the API as it is, generated pages are complete, the site builds strictly."""

import os
import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from scripts.docs import hooks, operations
from tests.faults.processes import exit_of
from tests.support.http import ON_ONE_DATABASE
from tests.support.paths import REPOSITORY

DOCS = REPOSITORY / "docs"
API_GUIDE = tuple(
    f"docs/reference/api-guide/{page}.md" for page in ("conventions", "walkthrough", "talent", "statistics")
)
# Each is read from top to bottom in one shell.
GUIDES = (("README.md",), ("README.zh.md",), ("docs/tutorial/getting-started.md",), API_GUIDE)
# What a shell has set already.
FROM_THE_SHELL = {"HOME", "PWD"}

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
_SET = re.compile(r"^(?:for )?\s*([A-Z]+)(?:=| in )", flags=re.MULTILINE)
_USED = re.compile(r"\$\{?([A-Z]+)\b")
_PATH = re.compile(r"\$BASE(/v1[^\s\"?]*)")
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")


def blocks(guide: tuple[str, ...]) -> Iterator[str]:
    for page in guide:
        for found in _BLOCK.finditer((REPOSITORY / page).read_text(encoding="utf-8")):
            yield found[1]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide[0])
def test_nothing_is_used_before_it_is_set(guide: tuple[str, ...]) -> None:
    known, missing = set(FROM_THE_SHELL), []
    for block in blocks(guide):
        for line in block.splitlines():
            set_here = set(_SET.findall(line))
            missing += [name for name in _USED.findall(line) if name not in known | set_here]
            known |= set_here
    assert not missing


@ON_ONE_DATABASE
@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide[0])
def test_every_address_is_one_of_the_api(guide: tuple[str, ...], client: TestClient) -> None:
    templates = [
        re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$")
        for path in client.get("/openapi.json").json()["paths"]
    ]
    asked = {path for block in blocks(guide) for path in _PATH.findall(block) if not re.search(r"\$\d", path)}
    assert asked
    assert not [path for path in asked if not any(template.match(path) for template in templates)]


def test_steps_of_the_walkthrough_are_numbered_in_order() -> None:
    text = (REPOSITORY / API_GUIDE[1]).read_text(encoding="utf-8")
    steps = [int(number) for number in re.findall(r"^## (\d+)\. ", text, flags=re.MULTILINE)]
    assert steps == list(range(len(steps)))


def test_links_of_the_repository_lead_to_files() -> None:
    """Inside `docs/` the strict build looks; these pages are outside."""
    pages = sorted(REPOSITORY.glob("*.md"))
    broken = [
        f"{page.name}: {link}"
        for page in pages
        for link in _LINK.findall(page.read_text(encoding="utf-8"))
        if not (REPOSITORY / link).exists()
    ]
    assert len(pages) > 2
    assert not broken


@pytest.mark.slow
def test_the_reference_shows_every_tag_of_the_api_once() -> None:
    markers = [
        marker["arguments"].split()
        for page in sorted((DOCS / "reference" / "api").glob("*.md"))
        for marker in hooks.MARKER.finditer(page.read_text(encoding="utf-8"))
    ]
    tags = [tag for marker in markers for tag in marker]
    assert sorted(tags) == sorted(operations.tags())


def build_site(site: Path, output: Path) -> None:
    """As `mkdocs build` does, in a process that has imported what the references describe."""
    os.chdir(REPOSITORY)
    sys.stdout = sys.stderr = output.open("w", encoding="utf-8")
    sys.argv = ["mkdocs", "build", "--strict", "--site-dir", str(site)]
    runpy.run_module("mkdocs", run_name="__main__")


@pytest.mark.slow
def test_the_site_builds_strictly_and_fetches_nothing(tmp_path: Path) -> None:
    """A broken link or a page in no menu fails the build; a page that is opened offline must be complete."""
    output, site = tmp_path / "output.txt", tmp_path / "site"
    assert exit_of(build_site, site, output) == 0, output.read_text(encoding="utf-8")
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    assert len(pages) > 90
    assert not [path.name for path, page in pages.items() if "<!-- generated" in page]
    fetched = re.compile(
        r"<(?:script|img|iframe)[^>]+src=\"?https?:|<link[^>]+rel=\"?stylesheet\"?[^>]+https?:"
    )
    assert not [path.name for path, page in pages.items() if fetched.search(page)]
