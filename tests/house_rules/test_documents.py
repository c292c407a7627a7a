"""Documents are complete: settings, decisions."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

from app.settings import GROUPS, Settings
from scripts.docs import decisions, settings
from tests.support.paths import APP, REPOSITORY


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


def test_every_setting_is_explained_to_operators() -> None:
    shown = dict(re.findall(r"^\| `(SANKU_\w+)` .*\| ([^|]+) \|$", settings.page(), flags=re.MULTILINE))
    assert shown.keys() == {f"SANKU_{name.upper()}" for name in Settings.model_fields}
    assert not [name for name, meaning in shown.items() if len(meaning.split()) < 3]
    assert all(group.__doc__ for group in GROUPS)


def test_decisions_are_numbered_in_their_order() -> None:
    found = decisions.all_decisions()
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert [int(one.file[:4]) for one in found] == [one.number for one in found]
    sections = ["Context", "Decision", "Consequences"]
    for one in found:
        text = (decisions.FOLDER / one.file).read_text(encoding="utf-8")
        assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == sections, one.file


def test_the_changelog_dates_the_version() -> None:
    """The newest release is the version in pyproject.toml, and every release has its date."""
    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    releases = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})", one) for one in headings[1:]]
    assert headings[0] == "[Unreleased]"
    assert releases[0] and releases[0][1] == project["version"]
    assert all(releases)


def test_documents_are_in_plain_english() -> None:
    """Words that a reader has to read twice. A person is "they"; the glossary quotes words that are not used."""
    dated = re.compile(
        r"\b(he|him|his|whoever|whomever|whosoever|told|for ever|anew|thereof|hence|worked off|"
        r"out of the house|leaves? the house|stands? in the way|comes? to nothing)\b",
        flags=re.IGNORECASE,
    )
    found = [
        f"{page.name}:{number}: {hit.group()}"
        for page in _documents()
        if page.name != "glossary.md"
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
        for hit in dated.finditer(re.sub(r"`[^`]*`", "", line))
    ]
    assert not found


def test_paths_in_documents_exist() -> None:
    path = re.compile(r"(?<![\w/.])((?:app|docs|migrations|scripts|tests)/[\w/.-]*\w/?)")
    missing = [
        f"{page.name}: {named}"
        for page in _documents()
        if page.name != "CHANGELOG.md"
        for named in path.findall(page.read_text(encoding="utf-8"))
        if not (REPOSITORY / named).exists() and "NNNN" not in named
    ]
    assert not missing


def test_names_in_the_guides_for_developers_exist() -> None:
    """The names of classes, functions and fields that a guide tells a reader to look for."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in APP.rglob("*.py"))
    known = set(re.findall(r"\w+", code))
    invented = {"test_method"}
    unknown = [
        f"{page.name}: {name}"
        for page in sorted((REPOSITORY / "docs" / "how-to").glob("*.md"))
        if page.name.startswith(("add-", "change-a-rule"))
        for span in re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
        for name in re.findall(r"[A-Za-z]\w{3,}", span.partition("(")[0])
        if name not in known | invented and not re.search(r"[/.]|^make ", span)
    ]
    assert not unknown


def test_tables_of_documents_are_whole() -> None:
    """A line of text between two rows, or a row with another number of cells, ends a table unseen."""
    broken = [
        f"{page.name}:{number}"
        for page in _documents()
        for number, problem in _table_problems(page.read_text(encoding="utf-8").splitlines())
        if problem
    ]
    assert not broken


def _documents() -> list[Path]:
    return sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])


def _table_problems(lines: list[str]) -> list[tuple[int, bool]]:
    """Every row that begins a table without a rule below it, or that has not as many cells as the row above."""
    cells = [len(re.findall(r"(?<!\\)\|", line)) - 1 if line.startswith("|") else 0 for line in lines]
    found = []
    for number, (above, here) in enumerate(pairwise([0, *cells]), 1):
        if here and not above:
            below = lines[number] if number < len(lines) else ""
            found.append((number, not re.fullmatch(r"[|:\- ]+", below) or lines[number - 2].strip() != ""))
        elif here:
            found.append((number, here != above))
    return found
